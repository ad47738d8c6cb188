"""Reading this process's own memory."""

import ctypes
import mmap
import subprocess
import sys

from sources.child.own_memory import own_memory


def test_what_lies_there_is_read() -> None:
    """The bytes are those at the address, however often they change."""
    held = ctypes.create_string_buffer(b"first", 5)
    address = ctypes.addressof(held)
    assert own_memory().read(address, 5) == b"first"
    held.raw = b"later"
    assert own_memory().read(address + 1, 4) == b"ater"


def test_a_wrong_address_is_none_and_no_crash() -> None:
    """Neither nothing, nor what the kernel holds, nor what was given back can be read."""
    page = mmap.mmap(-1, mmap.PAGESIZE)
    view = ctypes.c_char.from_buffer(page)
    address = ctypes.addressof(view)
    assert own_memory().read(address, mmap.PAGESIZE) == bytes(mmap.PAGESIZE)
    del view
    page.close()
    for wrong in (0, 8, -1, 1 << 62, (1 << 63) - 8, 1 << 80, address):
        assert own_memory().read(wrong, 8) is None


def test_a_confined_child_can_read_itself() -> None:
    """What a decoder child may no longer do does not include looking at its own memory."""
    script = (
        "import ctypes\n"
        "from sources.child.limits import confine\n"
        "from sources.child.own_memory import own_memory\n"
        "confine()\n"
        "held = ctypes.create_string_buffer(b'held', 4)\n"
        "print(own_memory().read(ctypes.addressof(held), 4), own_memory().read(8, 4))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "b'held' None\n"
