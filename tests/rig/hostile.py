"""A decoder child gone bad, as a module that `daemon.process.Process` can run; see `ACTS`.

`write` makes the module of one act. What it says first is honest, so that it is let in.
"""

from pathlib import Path

_HEAD = """
import json, os, pickle, socket, struct, sys, time

control = int(sys.argv[sys.argv.index("--control") + 1])
sock = socket.socket(fileno=control)
buffer = b""

def hear():
    global buffer
    while True:
        if len(buffer) >= 8:
            text, blob = struct.unpack("!II", buffer[:8])
            if len(buffer) >= 8 + text + blob:
                body, buffer = buffer[8:8 + text], buffer[8 + text + blob:]
                return json.loads(body)
        data = sock.recv(65536)
        if not data:
            os._exit(0)
        buffer += data

def say(message, blob=b""):
    text = message if isinstance(message, bytes) else json.dumps(message).encode()
    sock.sendall(struct.pack("!II", len(text), len(blob)) + text + blob)

def pulse():
    say({"kind": "pulse", "decoded_at": time.monotonic(), "counts": {"decoded": 1}})

def given(ask, **lies):
    say({"kind": "given", "id": ask["id"], "index": opened["first_index"], "slot": ask["slot"],
         "generation": 2, "width": ask["width"], "height": ask["height"], "full_width": 640,
         "full_height": 480, "time": time.monotonic(), "arrival": time.monotonic(),
         "counts": {}} | lies)

opened = hear()
pulse()
"""

ACTS = {
    "gigabyte": "sock.sendall(struct.pack('!II', 2**30, 2**30) + b'x' * 4096); hear()",
    "gigabyte_sent": (
        "sock.sendall(struct.pack('!II', 2**30, 0))\nwhile True: sock.sendall(b'x' * 2**20)"
    ),
    "pickle": (
        "class Evil:\n"
        "    def __reduce__(self):\n"
        "        return os.system, ('touch ' + os.environ['HOME'] + '/owned',)\n"
        "say(pickle.dumps(Evil())); hear()"
    ),
    "garbage": "sock.sendall(bytes(range(256)) * 40); hear()",
    "unknown_kind": "say({'kind': 'run', 'code': 'import os'}); hear()",
    "extra_field": "say({'kind': 'state', 'state': 'online', 'x': 1}); hear()",
    "not_a_number": 'say(b\'{"kind":"pulse","decoded_at":NaN,"counts":{}}\'); hear()',
    "deep": "say(b'[' * 100000); hear()",
    "huge_number": (
        'say(b\'{"kind":"pulse","counts":{"decoded":\' + b\'9\' * 9000 + b\'}}\'); hear()'
    ),
    "wrong_slot": "ask = hear(); given(ask, slot=ask['slot'] + 1); hear()",
    "old_index": "ask = hear(); given(ask, index=max(0, opened['first_index'] - 1)); hear()",
    "far_index": "ask = hear(); given(ask, index=2**53); hear()",
    "too_wide": "ask = hear(); given(ask, width=ask['width'] + 1); hear()",
    "blank": "ask = hear(); given(ask, blank=True); hear()",
    "future": "ask = hear(); given(ask, arrival=time.monotonic() + 60); hear()",
    "past": "ask = hear(); given(ask, arrival=-1e300); hear()",
    "end_of_time": "ask = hear(); given(ask, time=1e300); hear()",
    "odd_generation": "ask = hear(); given(ask, generation=3); hear()",
    "unasked": "given({'id': 0, 'slot': 0, 'width': 16, 'height': 16}); hear()",
    "answered_ahead": "say({'kind': 'gone', 'id': 7, 'index': 1}); hear()",
    "jpeg_for_frame": (
        "ask = hear()\n"
        "say({'kind': 'taken', 'id': ask['id'], 'index': 0, 'width': 16, 'height': 16}, b'x')\n"
        "hear()"
    ),
    "backwards": (
        "ask = hear(); given(ask, time=100.0)\n"
        "ask = hear(); given(ask, index=opened['first_index'] + 1, time=99.0); hear()"
    ),
    "twice": "ask = hear(); given(ask)\nask = hear(); given(ask); hear()",
    "half": "sock.sendall(struct.pack('!II', 100, 0) + b'{'); os._exit(0)",
    "flood": "while True: pulse()",
    "flood_of_states": (
        "number = 0\n"
        "while True:\n"
        "    number += 1\n"
        "    say({'kind': 'state', 'state': 'stalled', 'reason': 'x' * 390 + str(number)})"
    ),
}
"""What it does, by name; all of it ends the child."""

TRICKS = {
    "ends_live": "ask = hear(); say({'kind': 'ended', 'id': ask['id'], 'counts': {}}); hear()",
    "never_answers": "while True: pulse(); time.sleep(0.1)",
    "crlf": (
        "say({'kind': 'failed', 'remedy': 'unavailable', 'counts': {},"
        " 'reason': 'gone\\n<0>lookout: \\x1b[2Jall is well'}); hear()"
    ),
    "deaf": (
        "import threading\n"
        "def beat():\n"
        "    while True: pulse(); time.sleep(0.1)\n"
        "threading.Thread(target=beat).start()"
    ),
    "rests": (
        "shown, number = time.monotonic(), 0\n"
        "while True:\n"
        "    number += time.monotonic() - shown < 1.5\n"
        "    say({'kind': 'pulse', 'decoded_at': shown, 'gate': {'state': 'idle'},"
        " 'counts': {'decoded': 1, 'superseded': 1, 'packets': number}})\n"
        "    time.sleep(0.1)"
    ),
    "picture": (
        "while True:\n"
        "    ask = hear()\n"
        "    if ask['kind'] == 'take':\n"
        "        say({'kind': 'taken', 'id': ask['id'], 'index': ask['request']['index'] + 1,"
        " 'width': 16, 'height': 16}, b'jpeg')\n"
        "    else: given(ask)"
    ),
}
"""What is not plainly forbidden, and must do no harm either."""


def write(folder: Path, name: str) -> str:
    """Write the module of an act or a trick; return the module's name."""
    script = {**ACTS, **TRICKS}[name]
    module = f"hostile_{name}"
    (folder / f"{module}.py").write_text(f"{_HEAD}{script}\n")
    return module
