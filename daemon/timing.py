"""Every deadline of the daemon, in one place and configurable, so that tests can shorten them."""

from pydantic import BaseModel, ConfigDict, PositiveFloat


class Timing(BaseModel):
    """Deadlines and delays, in seconds if not said otherwise.

    The defaults suit real cameras and brokers.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    silence: PositiveFloat = 10.0
    """A camera without a decoded picture for this long is `stalled`: its child is killed and
    started anew. Raising it tolerates worse networks and notices failures later."""

    opening: PositiveFloat = 11.0
    """A child that has not decoded its first picture this long after its first word is killed;
    twice the source's own timeout plus a second."""

    start: PositiveFloat = 60.0
    """A child that has not said its first word this long after its start is killed. It only loads
    libraries until then: that takes half a second, and far longer on a machine that is too busy."""

    idr: PositiveFloat = 60.0
    """A camera that sends packets but no IDR, at which decoding could start, is waited for this
    long. Raising it bears with longer GOPs; below the camera's own GOP it is never online."""

    frozen: PositiveFloat = 20.0
    """A live camera that shows the same picture for this long is `frozen`."""

    heartbeat: PositiveFloat = 4.0
    """A child that says nothing at all for this long is killed."""

    request: PositiveFloat = 20.0
    """A recording's child may take this long for the next picture."""

    picture: PositiveFloat = 3.0
    """Longest wait for a JPEG; afterwards the event goes without."""

    max_age: PositiveFloat = 2.0
    """Live frames older than this are dropped instead of decided on."""

    load: PositiveFloat = 120.0
    """A detector may take this long to load its model."""

    inference: PositiveFloat = 10.0
    """A worker that has not answered a batch within this is killed and started anew."""

    recycle: PositiveFloat = 600.0
    """A worker is started anew for the memory it holds at most this often."""

    worker_memory: PositiveFloat | None = None
    """Megabytes, not seconds: a worker that holds more is started anew between two batches.
    Default: twice what it held after its first 50 batches, at least 512 more."""

    camera_lost: PositiveFloat = 15.0
    """Open events of a live camera end as `camera_lost` when no frame was looked at for this
    long."""

    retry_first: PositiveFloat = 1.0
    """Delay before the first new attempt of a camera, broker or worker."""

    retry_most: PositiveFloat = 30.0
    """Longest delay between attempts of what heals by itself."""

    retry_parked: PositiveFloat = 300.0
    """Delay between attempts of what needs a person: a wrong password, a refused topic."""

    knock: PositiveFloat = 1.0
    """A camera that did not answer is knocked at this often while it is away, by one small request,
    so that it is opened soon after its return. Raising it spends fewer packets on cameras that are
    off and brings them back later."""

    retry_crashed: PositiveFloat = 60.0
    """Shortest delay between attempts from the third crash in a row of a camera's child on. Raising
    it spends less on a camera whose stream breaks the decoder each time."""

    drain: PositiveFloat = 8.0
    """From SIGTERM, sinks have this long to take what is committed; the process ends within 10 s
    in any case."""

    stop: PositiveFloat = 10.0
    """From SIGTERM, the process is gone after this."""
