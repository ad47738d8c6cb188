"""How a finding of `lookout probe` is shown to a person."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from daemon.cli.finding import Finding

_VERDICTS = {
    "camera": "trusted: pictures are dated by it",
    "shifted": "not trusted for the time of day, only for the time between pictures",
    "ignored": "ignored: too far off",
    "none": "sends no reports of its time: pictures are dated by their arrival",
}


def show(found: Finding) -> None:
    """Print it for a person."""
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, value in _rows(found).items():
        if value:
            table.add_row(Text(name, style="dim"), Text(value))
    for number, line in enumerate(found.advice):
        table.add_row(Text("" if number else "advice", style="dim"), Text(line))
    console = Console(highlight=False)
    console.print(table)
    console.print(Text("\n" + found.section.rstrip()), soft_wrap=True)


def _rows(found: Finding) -> dict[str, str]:
    rates = [f"{round(found.nominal_fps, 2):g} nominal"] if found.nominal_fps else []
    if found.measured_fps is not None:
        rates.append(f"{found.measured_fps:.1f} measured")
    faults = f"{found.decode_errors} decode errors, {found.corrupt} doubtful"
    return {
        "source": found.source,
        "codec": " ".join(
            str(word) for word in (found.codec, found.details.get("profile")) if word
        ),
        "size": f"{found.width}x{found.height}",
        "fps": ", ".join(rates) or "unknown",
        "bit rate": _bits(found.bit_rate),
        "idr": _groups(found),
        "duration": f"{found.duration_s:.1f} s" if found.duration_s else "",
        "reader": _reader(found),
        "tracks": found.tracks or "",
        "decoder": " ".join(
            filter(None, (found.decoder, found.decoder_reason and f"({found.decoder_reason})"))
        ),
        "device": str(found.details.get("device") or ""),
        "profiles": str(found.details.get("profiles") or ""),
        "clock": _clock(found),
        "first picture": f"after {found.first_picture_s:.2f} s",
        "pictures": f"{found.pictures} in {found.watched_s:.1f} s; {faults}",
    }


def _bits(rate: int | None) -> str:
    if not rate:
        return ""
    return f"{rate / 1e6:.2f} Mbit/s" if rate >= 1e6 else f"{rate / 1e3:.0f} kbit/s"  # noqa: PLR2004


def _groups(found: Finding) -> str:
    if found.gop_frames is None or found.gop_seconds is None:
        return "none but the first came while watching" if found.bit_rate else ""
    if found.gop_frames == 1:
        return "every picture"
    longest = f", at most {found.gop_longest_s:.1f} s" if found.gop_longest_s else ""
    return f"every {found.gop_frames} pictures, {found.gop_seconds:.2f} s{longest}"


def _reader(found: Finding) -> str:
    who = described(found.reader, found.transport)
    return f"{who} ({found.reader_reason})" if who and found.reader_reason else who


def described(reader: object, transport: object) -> str:
    """Say who reads a stream, and how; nothing where there is no choice."""
    if transport is None:
        return ""
    names = {"own": "Lookout's own", "libav": "FFmpeg's"}
    return f"{names.get(str(reader), str(reader))} over {transport}"


def _clock(found: Finding) -> str:
    if found.clock is None:
        return ""
    ahead = found.clock_ahead_s
    parts = [_VERDICTS[found.clock]]
    if ahead is not None:
        parts.append(f"{1000 * abs(ahead):.0f} ms {'ahead of' if ahead > 0 else 'behind'} ours")
    if found.jitter_s is not None:
        parts.append(f"jitter {1000 * found.jitter_s:.1f} ms")
    return ", ".join(parts)
