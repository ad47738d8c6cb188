"""Cameras by the box: processes that serve one camera or several, and fail as a whole."""

from pathlib import Path
from typing import Literal, Protocol
from urllib.parse import urlsplit

from rig.clip import Clip, repeat
from rig.fleet import Fleet, settled_port
from rig.proxy import Proxy
from rig.rtsp_server import RtspServer

Codec = Literal["h264", "hevc"]
CODECS: tuple[Codec, ...] = ("h264", "hevc")
FPS = 10
_ENCODERS = {"h264": "libx264", "hevc": "libx265"}
_SECONDS = 5
_STILL = 1e6
"""Seconds in which the bright square crosses: it stays where it is, so that what the daemon holds
tells of faults and not of how much it has seen."""

_RUNS = 240
"""Times a clip is joined with itself for a server that shows it once."""


class Box(Protocol):
    """One process."""

    cameras: tuple[int, ...]
    """Identities of its cameras, as they stand in their pictures."""

    codec: Codec
    path: str
    """Of every camera's address."""

    proxies: list[Proxy]
    """Through which its cameras are seen."""

    def port(self, camera: int) -> int:
        """Return where a camera listens."""
        ...

    def start(self, codec: Codec) -> None:
        """Start it, its cameras sending another codec perhaps."""
        ...

    def kill(self) -> None:
        """Take its power away."""
        ...

    def freeze(self) -> None:
        """Keep its connections and say nothing."""
        ...

    def thaw(self) -> None:
        """Go on."""
        ...


class Clips:
    """Five seconds of each camera in each codec, made once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def make(self, camera: int, codec: Codec) -> Path:
        """Make a camera's clip, 640 x 360 at 10 pictures a second, an IDR every second."""
        path = self._folder / f"{camera}-{codec}.mp4"
        if path.exists():
            return path
        clip = Clip(
            frames=_SECONDS * FPS,
            fps=FPS,
            gop=FPS,
            camera=camera,
            codec=_ENCODERS[codec],
            crossing=_STILL,
        )
        return clip.write(path)

    def long(self, camera: int, codec: Codec) -> Path:
        """Make a clip that lasts longer than any test."""
        path = self._folder / f"{camera}-{codec}-long.mp4"
        return path if path.exists() else repeat(self.make(camera, codec), _RUNS, path)


class Recorder:
    """Several cameras in one case, as of a network video recorder: the scripted server."""

    path = "/video"

    def __init__(self, clips: Clips, cameras: tuple[int, ...]) -> None:
        self.cameras = cameras
        self.codec: Codec = "h264"
        self.proxies: list[Proxy] = []
        self._shown = {
            codec: {str(camera): clips.make(camera, codec) for camera in cameras}
            for codec in CODECS
        }
        self._fleet = Fleet(self._shown["h264"])

    def port(self, camera: int) -> int:
        """Return where a camera listens."""
        return urlsplit(self._fleet.url(str(camera))).port or 0

    def start(self, codec: Codec) -> None:
        """Start it, its cameras sending another codec perhaps."""
        self.codec = codec
        self._fleet.start(self._shown[codec])

    def kill(self) -> None:
        """Take its power away."""
        self._fleet.kill()

    def freeze(self) -> None:
        """Keep its connections and say nothing."""
        self._fleet.freeze()

    def thaw(self) -> None:
        """Go on."""
        self._fleet.thaw()


class Single:
    """One camera: GStreamer's RTSP server."""

    path = "/stream"

    def __init__(self, clips: Clips, camera: int) -> None:
        self.cameras: tuple[int, ...] = (camera,)
        self.codec: Codec = "h264"
        self.proxies: list[Proxy] = []
        self._shown = {codec: clips.long(camera, codec) for codec in CODECS}
        self._port = settled_port()
        self._server = RtspServer(self._pipeline(), port=self._port)

    def port(self, camera: int) -> int:
        """Return where it listens."""
        assert camera in self.cameras
        return self._server.port

    def start(self, codec: Codec) -> None:
        """Start it, sending another codec perhaps."""
        self.codec = codec
        self._server = RtspServer(self._pipeline(), port=self._port)

    def kill(self) -> None:
        """Take its power away."""
        self._server.kill()

    def freeze(self) -> None:
        """Keep its connections and say nothing."""
        self._server.stop()

    def thaw(self) -> None:
        """Go on."""
        self._server.resume()

    def _pipeline(self) -> str:
        number = {"h264": 264, "hevc": 265}[self.codec]
        clip = self._shown[self.codec]
        return (
            f'( filesrc location="{clip}" ! qtdemux ! h{number}parse config-interval=-1 '
            f"! rtph{number}pay name=pay0 pt=96 )"
        )
