"""A camera on a real HTTP server: MJPEG, single pictures, HLS, passwords, redirects and sins."""

import base64
import hashlib
import re
import ssl
import threading
import time
from collections import Counter
from fractions import Fraction
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import av
from rig.clip import Clip

BOUNDARY = "frontier"


def jpegs(clip: Clip) -> list[bytes]:
    """Encode every picture of a clip as a JPEG."""
    codec = av.CodecContext.create("mjpeg", "w")
    assert isinstance(codec, av.VideoCodecContext)
    codec.width, codec.height, codec.pix_fmt = clip.width, clip.height, "yuvj420p"
    codec.framerate = Fraction(clip.fps)
    codec.options = {"qmin": "2", "qmax": "4"}
    found = []
    for number in range(clip.frames):
        frame = av.VideoFrame.from_ndarray(clip.picture(number), "rgb24").reformat(
            format="yuvj420p"
        )
        frame.pts = number
        found += [bytes(packet) for packet in codec.encode(frame)]
    return found


def segments(clip: Clip, folder: Path, *, seconds: float = 1.0, key: str = "") -> Path:
    """Write a clip as HLS; return its playlist.

    Args:
        clip: What is shown.
        folder: Where to.
        seconds: Of a segment.
        key: Of 16 letters, with which its segments are enciphered; it lies beside them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    source = clip.write(folder / "whole.mp4")
    playlist = folder / "live.m3u8"
    options = {
        "hls_time": str(seconds),
        "hls_list_size": "0",
        "hls_segment_filename": str(folder / "part%03d.ts"),
    }
    if key:
        # It is written there, and named so.
        place = str(folder / "key.bin")
        options |= {"hls_enc": "1", "hls_enc_key": key, "hls_enc_key_url": place}
    with av.open(str(source)) as given, av.open(str(playlist), "w", options=options) as made:
        video = given.streams.video[0]
        copy = made.add_stream_from_template(video)
        for packet in given.demux(video):
            if packet.dts is not None:
                packet.stream = copy
                made.mux(packet)
    if key:
        playlist.write_text(playlist.read_text().replace(place, "key.bin"))
    return playlist


class WebCamera:
    """Serves on the loopback: `/stream` MJPEG, `/still` single pictures, `/hls/…` a folder.

    Args:
        pictures: JPEGs that are shown in turn, again and again.
        fps: Of the stream, and of what `/still` shows.
        folder: What is below `/hls/`.
        user: None lets everybody in.
        password: Of the user.
        scheme: How the password is asked for.
        challenges: The words in which it is, in place of tidy ones.
        certificate: PEM file with certificate and key; makes it `https://localhost:PORT`.
        lengths: Whether parts of the stream say how long they are.
        redirects: Paths that lead elsewhere.
        raw: Bytes that a path answers with, and their type.
        drips: The same, but sent one by one, ten a second.
        cookies: Whether each answer brings a cookie of a new name.
    """

    def __init__(  # noqa: PLR0913 (every way in which cameras differ)
        self,
        pictures: list[bytes],
        *,
        fps: float = 10.0,
        folder: Path | None = None,
        user: str | None = None,
        password: str = "",
        scheme: Literal["digest", "digest-sha256", "basic"] = "digest",
        challenges: tuple[str, ...] = (),
        certificate: Path | None = None,
        lengths: bool = True,
        redirects: dict[str, str] | None = None,
        raw: dict[str, tuple[str, bytes]] | None = None,
        drips: dict[str, tuple[str, bytes]] | None = None,
        cookies: bool = False,
    ) -> None:
        self.pictures = pictures
        self.fps = fps
        self.folder = folder
        self.user, self.password, self.scheme = user, password, scheme
        self.challenges = challenges
        self.lengths = lengths
        self.redirects = redirects or {}
        self.raw = raw or {}
        self.drips = drips or {}
        self.cookies = cookies
        self.most_cookies = 0
        """Cookies that came back with one question, at most."""

        self.seen: Counter[str] = Counter()
        """Requests by path; those answered with 304 once more as `PATH unchanged`."""

        self.authorizations: list[str] = []
        self.mark = ""
        """What stands before the number in the `ETag` of `/still`."""

        self.failing = 0
        """Questions for `/still` that are answered with 503 from now on."""

        self.frozen = False
        """Whether `/still` goes on showing the same picture."""

        self.started = time.monotonic()
        self._closing = threading.Event()
        camera = self

        class Handler(_Handler):
            owner = camera

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self.url = (
            f"https://localhost:{self.port}" if certificate else f"http://127.0.0.1:{self.port}"
        )
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="web-camera", daemon=True
        )
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self._closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def closing(self) -> bool:
        """Whether streams shall end."""
        return self._closing.is_set()

    def number(self) -> int:
        """Return which picture is shown now."""
        if self.frozen:
            return 0
        return int((time.monotonic() - self.started) * self.fps) % len(self.pictures)


class _Handler(BaseHTTPRequestHandler):
    owner: WebCamera
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        camera = self.owner
        camera.seen[self.path] += 1
        brought = self.headers.get("Cookie", "").count("=")
        camera.most_cookies = max(camera.most_cookies, brought)
        try:
            if camera.user is not None and not self._let_in():
                self._refuse()
            elif self.path in camera.redirects:
                self._answer(302, {"Location": camera.redirects[self.path]})
            elif self.path in camera.raw:
                kind, body = camera.raw[self.path]
                self._answer(200, {"Content-Type": kind}, body)
            elif self.path in camera.drips:
                self._drip(*camera.drips[self.path])
            elif self.path == "/stream":
                self._stream()
            elif self.path == "/still":
                self._still()
            elif self.path.startswith("/hls/") and camera.folder is not None:
                self._file(camera.folder / self.path.removeprefix("/hls/"))
            else:
                self._answer(404, {})
        except OSError:
            self.close_connection = True

    def _answer(self, status: int, headers: dict[str, str], body: bytes = b"") -> None:
        self.send_response(status)
        if self.owner.cookies:
            self.send_header("Set-Cookie", f"c{sum(self.owner.seen.values())}=1")
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _drip(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        for one in body:
            if self.owner.closing:
                break
            self.wfile.write(bytes((one,)))
            time.sleep(0.1)

    def _stream(self) -> None:
        camera = self.owner
        self.send_response(200)
        self.send_header("Content-Type", f'multipart/x-mixed-replace; boundary="{BOUNDARY}"')
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        number = 0
        while not camera.closing:
            body = camera.pictures[number % len(camera.pictures)]
            length = f"Content-Length: {len(body)}\r\n" if camera.lengths else ""
            head = f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\n{length}\r\n"
            self.wfile.write(head.encode() + body + b"\r\n")
            number += 1
            time.sleep(1 / camera.fps)

    def _still(self) -> None:
        if self.owner.failing:
            self.owner.failing -= 1
            self._answer(503, {})
            return
        number = self.owner.number()
        tag = f'"{self.owner.mark}{number}"'
        if self.headers.get("If-None-Match") == tag:
            self.owner.seen["/still unchanged"] += 1
            self._answer(304, {"ETag": tag})
            return
        body = self.owner.pictures[number]
        self._answer(200, {"Content-Type": "image/jpeg", "ETag": tag}, body)

    def _file(self, path: Path) -> None:
        if not path.is_file():
            self._answer(404, {})
            return
        kind = "application/vnd.apple.mpegurl" if path.suffix == ".m3u8" else "video/mp2t"
        self._answer(200, {"Content-Type": kind}, path.read_bytes())

    def _refuse(self) -> None:
        challenges = {
            "basic": 'Basic realm="camera"',
            "digest": 'Digest realm="camera", nonce="abc123", qop="auth"',
            "digest-sha256": 'Digest realm="camera", nonce="abc123", qop="auth", algorithm=SHA-256',
        }
        words = self.owner.challenges or (challenges[self.owner.scheme],)
        self.send_response(401)
        for one in words:
            self.send_header("WWW-Authenticate", one)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _let_in(self) -> bool:
        camera = self.owner
        given = self.headers.get("Authorization", "")
        camera.authorizations.append(given)
        if camera.scheme == "basic":
            wanted = base64.b64encode(f"{camera.user}:{camera.password}".encode()).decode()
            return given == f"Basic {wanted}"
        if not given.startswith("Digest "):
            return False
        said = dict(re.findall(r'(\w+)="?([^",]*)"?', given.removeprefix("Digest ")))
        name = "sha256" if camera.scheme == "digest-sha256" else "md5"

        def digest(text: str) -> str:
            return hashlib.new(name, text.encode()).hexdigest()

        secret = digest(f"{camera.user}:camera:{camera.password}")
        asked = digest(f"GET:{self.path}")
        words = ("nonce", "nc", "cnonce", "qop") if "qop" in said else ("nonce",)
        middle = ":".join(str(said.get(word)) for word in words)
        return said.get("uri") == self.path and said.get("response") == digest(
            f"{secret}:{middle}:{asked}"
        )
