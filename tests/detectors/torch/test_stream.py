"""The order of what a device does."""

from typing import Any

import pytest

from detectors.torch.stream import Streams

pytestmark = pytest.mark.torch
torch: Any = pytest.importorskip("torch", reason='needs pip install "lookout-daemon[gpu]"')


def test_on_the_cpu_everything_is_done_at_once() -> None:
    """There is nothing to wait for."""
    streams = Streams(torch, "cpu")
    with streams.copying(), streams.computing():
        assert streams.mark() is None


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_looking_comes_after_the_uploads_before_it() -> None:
    """What was called on the stream of uploads is done before what is called for looking."""
    streams = Streams(torch, "cuda:0")
    host = torch.ones(1 << 26, pin_memory=True)
    target = torch.zeros(1 << 26, device="cuda:0")
    torch.cuda.synchronize()
    with streams.copying():
        target.copy_(host, non_blocking=True)
    with streams.computing():
        total = target.double().sum()
        done = streams.mark()
    done.synchronize()
    assert total.item() == len(host)
