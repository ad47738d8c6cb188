"""A small real server of chat completions: always on form, letter by letter, in its own process.

Run as a program: `small_model.py PORT [--pause SECONDS] [--room LETTERS]`. Whatever form it is
given, it answers the least that fits, and describes a scene by the pictures it was shown: the same
ones alike, others otherwise. What is longer than its room it refuses as llama.cpp does.
"""

import argparse
import hashlib
import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from reasoners.providers.scripted import least

PIECE = 16
"""Letters of a piece."""


class SmallModel(ThreadingHTTPServer):
    """The server.

    Args:
        port: Where it listens, on loopback.
        pause: Seconds before each piece of an answer.
        room: Letters of a question it takes; 0 for any number.
    """

    daemon_threads = True

    def __init__(self, port: int, *, pause: float, room: int) -> None:
        super().__init__(("127.0.0.1", port), _Talk)
        self.pause = pause
        self.room = room


class _Talk(BaseHTTPRequestHandler):
    server: SmallModel
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._whole(200, {"status": "ok"})

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        texts, pictures = parts(asked)
        letters = sum(map(len, texts))
        if self.server.room and letters > self.server.room:
            self._whole(400, too_long(letters, self.server.room))
            return
        said = answered(asked, pictures)
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        for start in range(0, len(said), PIECE):
            time.sleep(self.server.pause)
            self._event({"delta": {"content": said[start : start + PIECE]}})
        self._event({"delta": {}, "finish_reason": "stop"})
        self.wfile.write(b"data: [DONE]\n\n")
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (its name)
        """Say nothing."""

    def _event(self, choice: dict[str, Any]) -> None:
        piece = {"object": "chat.completion.chunk", "choices": [{"index": 0, **choice}]}
        self.wfile.write(b"data: " + json.dumps(piece).encode() + b"\n\n")
        self.wfile.flush()

    def _whole(self, status: int, said: dict[str, Any]) -> None:
        data = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def parts(asked: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Return texts and pictures of a request; pictures as the URLs they came as."""
    texts: list[str] = []
    pictures: list[str] = []
    for turn in asked["messages"]:
        content = turn["content"]
        if isinstance(content, str):
            texts.append(content)
            continue
        texts += [part["text"] for part in content if part["type"] == "text"]
        pictures += [part["image_url"]["url"] for part in content if part["type"] == "image_url"]
    return texts, pictures


def answered(asked: dict[str, Any], pictures: list[str]) -> str:
    """Return the least that fits the form, with words of its own for what it was shown."""
    form = asked.get("response_format", {}).get("json_schema", {}).get("schema")
    said: Any = least(form)
    name = hashlib.sha256("".join(pictures).encode()).hexdigest()[:8]
    if isinstance(said, dict) and isinstance(said.get("report"), dict):
        said["report"] |= {"description": f"A scene of the kind {name}."}
        return json.dumps(said)
    return said if isinstance(said, str) else json.dumps(said)


def too_long(letters: int, room: int) -> dict[str, Any]:
    """Refuse in llama.cpp's words."""
    text = f"the request ({letters} tokens) exceeds the available context size ({room} tokens)"
    error = {"code": 400, "message": text, "type": "exceed_context_size_error"}
    return {"error": error | {"n_prompt_tokens": letters, "n_ctx": room}}


if __name__ == "__main__":
    reading = argparse.ArgumentParser()
    reading.add_argument("port", type=int)
    reading.add_argument("--pause", type=float, default=0.0)
    reading.add_argument("--room", type=int, default=0)
    given = reading.parse_args()
    SmallModel(given.port, pause=given.pause, room=given.room).serve_forever()
