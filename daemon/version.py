"""Which Lookout this is."""

from importlib.metadata import PackageNotFoundError, version

try:
    VERSION = version("lookout-daemon")
except PackageNotFoundError:  # a copy of the source that was never installed
    VERSION = "0"
