"""What people may turn on and off while the daemon runs; what they said survives a restart."""

import asyncio
import logging
from collections.abc import Iterable, Mapping

from daemon.board import Board
from daemon.clock import Clock
from daemon.recorder import Recorder
from sinks import Command, Feedback, Switch, SwitchState
from sinks.command import SwitchName

logger = logging.getLogger(__name__)


class Switches:
    """The switches of one camera; all are on until somebody says otherwise."""

    def __init__(self) -> None:
        self.detect = asyncio.Event()
        """Set while its pictures are looked at."""

        self.detect.set()
        self.reason = True
        """Whether a model is asked about its events."""

    def turn(self, switch: str, on: bool) -> None:
        """Turn one of them."""
        if switch == "reason":
            self.reason = on
        elif on:
            self.detect.set()
        else:
            self.detect.clear()

    def shown(self) -> dict[SwitchName, bool]:
        """Return all of them by name."""
        return {"detect": self.detect.is_set(), "reason": self.reason}


class Switchboard:
    """Carries out what was said, keeps it in the journal, and says it back.

    Args:
        cameras: Those that have switches.
        kept: What was said in earlier runs: camera and switch → on.
    """

    def __init__(
        self,
        cameras: Iterable[str],
        kept: Mapping[tuple[str, str], bool],
        *,
        recorder: Recorder,
        board: Board,
        clock: Clock,
    ) -> None:
        self.cameras = {name: Switches() for name in cameras}
        self.feedback = 0
        """Verdicts of people taken in this run."""

        self._recorder = recorder
        self._board = board
        self._clock = clock
        for (camera, switch), on in kept.items():
            if camera in self.cameras:
                self.cameras[camera].turn(switch, on)
        for camera in self.cameras:
            self._show(camera)

    def heed(self, command: Command) -> None:
        """Carry out one command; of cameras that are not there, nothing."""
        match command:
            case Switch() if command.camera in self.cameras:
                switches = self.cameras[command.camera]
                if switches.shown()[command.switch] != command.on:
                    switches.turn(command.switch, command.on)
                    word = "on" if command.on else "off"
                    logger.info("%s: %s switched %s", command.camera, command.switch, word)
                    self._recorder.keep_switch(command.camera, command.switch, command.on)
                self._show(command.camera)
            case Feedback():
                self.feedback += 1
                at = round(self._clock.now(), 3)
                self._recorder.keep_feedback(command.event, command.verdict, at)
            case _:
                logger.debug("a command for no camera of ours: %s", command)

    def _show(self, camera: str) -> None:
        at = round(self._clock.now(), 3)
        for switch, on in self.cameras[camera].shown().items():
            self._board.show(SwitchState(camera=camera, switch=switch, on=on, at=at))
