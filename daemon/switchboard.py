"""What people may turn on and off while the daemon runs; what they said survives a restart."""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping, Sequence

from daemon.board import Board
from daemon.clock import Clock
from daemon.recorder import Recorder
from sinks import (
    Command,
    Feedback,
    FeedbackReset,
    ProfileChoice,
    ProfileState,
    SceneAsked,
    Switch,
    SwitchState,
)
from sinks.command import OF_A_RULE, SwitchName

logger = logging.getLogger(__name__)

NODE = ""
"""Stands where a camera does for what is said of the whole node."""

OF_A_PROFILE = "profile/"
"""What the switch of a profile is called by; one of them is on at most."""


def _untold(camera: str) -> None:
    """Tell nothing of a scene."""


class Switches:
    """The switches of one camera; all are on until somebody says otherwise.

    Args:
        rules: Its rules, and in which profiles each is awake; none of them means all.
    """

    def __init__(self, rules: Mapping[str, Collection[str]] | None = None) -> None:
        self.detect = asyncio.Event()
        """Set while its pictures are looked at."""

        self.detect.set()
        self.reason = True
        """Whether a model is asked about its events."""

        self.off: frozenset[str] = frozenset()
        """Rules that make no events: switched off, or asleep in the active profile."""

        self.rules = dict(rules or {})
        self._on = dict.fromkeys(self.rules, True)
        self._profile = ""

    def turn(self, switch: str, on: bool) -> None:
        """Turn one of them."""
        if switch.startswith(OF_A_RULE):
            self._on[switch.removeprefix(OF_A_RULE)] = on
            self._settle()
        elif switch == "reason":
            self.reason = on
        elif on:
            self.detect.set()
        else:
            self.detect.clear()

    def choose(self, profile: str) -> None:
        """Make a profile the active one."""
        self._profile = profile
        self._settle()

    def shown(self) -> dict[SwitchName, bool]:
        """Return all of them by name."""
        rules = {f"{OF_A_RULE}{name}": on for name, on in self._on.items()}
        return {"detect": self.detect.is_set(), "reason": self.reason, **rules}

    def _settle(self) -> None:
        asleep = {
            name
            for name, profiles in self.rules.items()
            if profiles and self._profile not in profiles
        }
        self.off = frozenset(asleep | {name for name, on in self._on.items() if not on})


class Switchboard:
    """Carries out what was said, keeps it in the journal, and says it back.

    Args:
        cameras: Those that have switches, with their rules and the profiles these are awake in.
        kept: What was said in earlier runs: camera and switch → on.
        profiles: Of which one is active.
        profile: The one that is if nobody ever said otherwise.
        describe: Tells what is in the scene of a camera, if there is one of that name.
    """

    def __init__(
        self,
        cameras: Mapping[str, Mapping[str, Collection[str]]],
        kept: Mapping[tuple[str, str], bool],
        *,
        recorder: Recorder,
        board: Board,
        clock: Clock,
        profiles: Sequence[str] = (),
        profile: str = "",
        describe: Callable[[str], None] = _untold,
    ) -> None:
        self.cameras: dict[str, Switches] = {}
        self.feedback = 0
        """Verdicts of people taken in this run."""

        self.judged = False
        """Whether people said something that nobody has learned from yet."""

        self.profile = ""
        """The one that is active."""

        self._profiles: tuple[str, ...] = ()
        self._said = dict(kept)
        """What is kept; the journal has it too, a moment later."""

        self._recorder = recorder
        self._board = board
        self._clock = clock
        self._describe = describe
        self.arrange(cameras, profiles, profile)

    def arrange(
        self,
        cameras: Mapping[str, Mapping[str, Collection[str]]],
        profiles: Sequence[str],
        profile: str,
    ) -> None:
        """Go by what is configured now; see the class for what is given.

        Switches of cameras whose rules are the same are left as they are, for they are in use.
        """
        self._profiles = tuple(profiles)
        self.profile = next(
            (one for one in profiles if self._said.get((NODE, f"{OF_A_PROFILE}{one}"))), profile
        )
        before = self.cameras
        self.cameras = {
            name: before[name]
            if name in before and before[name].rules == dict(rules)
            else Switches(rules)
            for name, rules in cameras.items()
        }
        fresh = {name: one for name, one in self.cameras.items() if before.get(name) is not one}
        for (camera, switch), on in self._said.items():
            if camera in fresh and switch in fresh[camera].shown():
                fresh[camera].turn(switch, on)
        for switches in self.cameras.values():
            switches.choose(self.profile)
        for camera in fresh:
            self._show(camera)
        self._show_profile()

    def heed(self, command: Command) -> None:
        """Carry out one command; of cameras, rules and profiles that are not there, nothing."""
        match command:
            case Switch() if command.switch in self._known(command.camera):
                self._turn(command)
            case ProfileChoice() if command.profile in self._profiles:
                self._choose(command.profile)
            case SceneAsked():
                self._describe(command.camera)
            case Feedback():
                self.feedback += 1
                at = round(self._clock.now(), 3)
                self._recorder.keep_feedback(command.event, command.verdict, at)
                self.judged = True
            case FeedbackReset() if command.camera in self.cameras:
                logger.info("%s: feedback on rule %s is forgotten", command.camera, command.rule)
                self._recorder.forget_feedback(command.camera, command.rule)
                self.judged = True
            case _:
                logger.debug("a command for nothing of ours: %s", command)

    def _known(self, camera: str) -> Collection[str]:
        return self.cameras[camera].shown() if camera in self.cameras else ()

    def _turn(self, command: Switch) -> None:
        switches = self.cameras[command.camera]
        if switches.shown()[command.switch] != command.on:
            switches.turn(command.switch, command.on)
            word = "on" if command.on else "off"
            logger.info("%s: %s switched %s", command.camera, command.switch, word)
            self._keep(command.camera, command.switch, on=command.on)
        self._show(command.camera)

    def _choose(self, profile: str) -> None:
        if profile != self.profile:
            # Off before on: whatever comes between, never are two of them on.
            self._keep(NODE, f"{OF_A_PROFILE}{self.profile}", on=False)
            self._keep(NODE, f"{OF_A_PROFILE}{profile}", on=True)
            logger.info("the profile is %s now", profile)
            self.profile = profile
            for switches in self.cameras.values():
                switches.choose(profile)
        self._show_profile()

    def _keep(self, camera: str, switch: str, *, on: bool) -> None:
        self._said[camera, switch] = on
        self._recorder.keep_switch(camera, switch, on)

    def _show(self, camera: str) -> None:
        at = round(self._clock.now(), 3)
        for switch, on in self.cameras[camera].shown().items():
            self._board.show(SwitchState(camera=camera, switch=switch, on=on, at=at))

    def _show_profile(self) -> None:
        if self._profiles:
            at = round(self._clock.now(), 3)
            self._board.show(ProfileState(profile=self.profile, at=at))
