# ruff: noqa: INP001 - a script beside the pages it writes, in no package
"""Write docs/gallery.md: explanations beside their pictures, from films made of generated plays.

Each play is painted as a film, and the film goes through `lookout replay` like any recording, with
its own detector, the usual tracker, scene, rules and words. Takes minutes, and is run by hand.

python docs/ref/gallery.py             write page and pictures
python docs/ref/gallery.py --check     fail when a text of the page is not what is said today
"""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import yaml
from painted import film

from reasoners.testing import play
from reasoners.testing.plays import CONFIG

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "gallery.md"
PICTURES = ROOT / "docs" / "gallery"
BEGIN = "<!-- gallery: written by docs/ref/gallery.py -->\n"
END = "<!-- end of gallery -->\n"
WIDE = 460
"""Pixels of one picture; three stand side by side."""


@dataclass(frozen=True)
class Piece:
    """One explanation and where it comes from."""

    name: str
    title: str
    play: str
    seed: int
    rule: dict[str, Any] | None
    """What is asked for; None: the built-in rule."""

    kind: str = "new"
    """Which revision: the last `update`, `end`, or the `new` one."""

    label: str | None = None
    """Of the object whose event is shown; None: the first event."""

    number: int = 0
    language: str = "en"


PIECES = (
    Piece(
        *("bag_left", "A bag is left behind", "bag", 3),
        {"when": {"label": "backpack", "change": "left_behind", "by": "person"}},
    ),
    Piece(*("taken", "And taken away by somebody else", "bag", 3), None, "end", "person", 1),
    Piece(
        *("loitering", "Somebody waits about", "loiterer", 2),
        {"when": {"label": "person", "is": "loitering", "where": "yard"}},
    ),
    Piece(
        *("wrong_way", "Against the way of the lane", "lane", 4),
        {"when": {"label": "car", "change": "wrong_way"}, "severity": "warning"},
    ),
    Piece(*("queue", "One car stops behind another", "queue", 1), None, "update", "car", 1),
    Piece(
        *("crowd", "Four at once", "crowd", 5),
        {"when": {"count": "person", "where": "yard", "at_least": 4, "for": "1s"}},
    ),
    Piece(
        *("fallen", "Somebody may have fallen", "fall", 2),
        {"when": {"label": "person", "is": "fallen", "for": "2s"}, "severity": "alert"},
    ),
    Piece(*("rides", "A bicycle and its rider", "cyclist", 1), None, "end", "bicycle"),
    Piece(
        *("following", "Jemand folgt jemandem (in German)", "follower", 3),
        {"when": {"label": "person", "follows": "person", "for": "2s"}},
        language="de",
    ),
    Piece(
        *("gate", "有人越线 (in Chinese)", "passers", 2),
        {"when": {"label": "person", "crosses": "gate"}},
        language="zh",
    ),
)


def main(arguments: list[str]) -> int:
    """Write or check the page. Returns the exit code."""
    texts = {}
    with tempfile.TemporaryDirectory() as folder:
        for piece in PIECES:
            event, shot = _replayed(piece, Path(folder))
            texts[piece.name] = str(event["explanation"])
            if arguments != ["--check"]:
                PICTURES.mkdir(exist_ok=True)
                picture = _strip(shot, event)
                quality = [cv2.IMWRITE_JPEG_QUALITY, 82]
                cv2.imwrite(str(PICTURES / f"{piece.name}.jpg"), picture, quality)
    old = PAGE.read_text(encoding="utf-8") if PAGE.exists() else BEGIN + END
    head, _, rest = old.partition(BEGIN)
    new = head + BEGIN + "".join(_section(piece, texts) for piece in PIECES)
    new += "\n" + END + rest.partition(END)[2]
    if arguments != ["--check"]:
        PAGE.write_text(new, encoding="utf-8")
        return 0
    stale = [name for name, text in texts.items() if _quoted(text) not in old]
    if stale:
        sys.stderr.write(f"docs/gallery.md: stale: {', '.join(stale)}; run docs/ref/gallery.py\n")
    return 1 if stale else 0


def _section(piece: Piece, texts: dict[str, str]) -> str:
    return (
        f"\n## {piece.title}\n\n![{piece.title}](gallery/{piece.name}.jpg)\n\n"
        f"{_quoted(texts[piece.name])}\n"
    )


def _quoted(text: str) -> str:
    return f"> {text}"


def _replayed(piece: Piece, folder: Path) -> tuple[dict[str, Any], Path]:
    """Replay the film of a play; return the revision that is shown, and the film of the replay."""
    made = folder / f"{piece.play}-{piece.seed}.mp4"
    if not made.exists():
        film(play(piece.play, piece.seed), made)
    config, told, shot = (folder / f"{piece.name}.{end}" for end in ("yaml", "jsonl", "mp4"))
    config.write_text(yaml.safe_dump(_configuration(piece)), encoding="utf-8")
    subprocess.run(  # noqa: S603  our own command on our own files
        [
            *(sys.executable, "-m", "daemon", "replay", str(made), "-c", str(config), "-q"),
            *("--jsonl", str(told), "--video", str(shot), "--fps", "5"),
        ],
        check=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
        cwd=ROOT,
    )
    revisions = [json.loads(line) for line in told.read_text(encoding="utf-8").splitlines()]
    rule = "presence" if piece.rule is None else piece.name
    events = dict.fromkeys(
        revision["id"]
        for revision in revisions
        if revision["rule"] == rule
        and piece.label in {None, *(thing["label"] for thing in revision["objects"])}
    )
    wanted = list(events)[piece.number]
    return [one for one in revisions if (one["id"], one["type"]) == (wanted, piece.kind)][-1], shot


def _configuration(piece: Piece) -> dict[str, Any]:
    scene = CONFIG.model_dump(mode="json", exclude_unset=True)
    titles = {"yard": "Yard", "lane": "One-way lane"}
    zones = {name: {**zone, "title": titles[name]} for name, zone in scene["zones"].items()}
    camera: dict[str, Any] = {
        "source": {"type": "file"},
        "zones": zones,
        "lines": {"gate": {**scene["lines"]["gate"], "title": "Gate"}},
        "language": piece.language,
    }
    if piece.rule is not None:
        camera["rules"] = {piece.name: piece.rule}
    else:
        camera["presence"] = {"labels": ["person", "car", "truck", "bicycle"]}
    return {"detector": {"type": "painted:PaintedDetector"}, "cameras": {"yard": camera}}


def _strip(shot: Path, event: dict[str, Any]) -> np.ndarray[Any, Any]:
    """Put three pictures of the event side by side: its beginning, its middle, and the moment."""
    now = float(event["frame"]["captured_at"])
    first = min(
        float(event["started_at"]),
        *(float(held["since"]) for held in (*event["relations"], *event.get("conditions", ()))),
        now - 2.0,
    )
    begin = max(first, now - 12.0, 0.0)
    wanted = [begin, (begin + now) / 2, now]
    found: list[np.ndarray[Any, Any]] = []
    with av.open(str(shot)) as container:
        for frame in container.decode(video=0):
            at = float(frame.time or 0.0)
            if len(found) < len(wanted) and at >= wanted[len(found)] - 0.01:
                picture = frame.to_ndarray(format="bgr24")
                high = round(WIDE * picture.shape[0] / picture.shape[1])
                small = cv2.resize(picture, (WIDE, high), interpolation=cv2.INTER_AREA)
                small = small[: round(0.76 * high)]
                found.append(small)
    edge = np.full((found[0].shape[0], 4, 3), 255, np.uint8)
    return np.hstack([part for picture in found for part in (picture, edge)][:-1])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
