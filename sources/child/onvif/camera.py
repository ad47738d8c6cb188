"""What one camera offers: its make, its clock, its profiles and where they are watched.

A camera may lie or be mistaken about where it is: an address that leads to another host, or to
anything but RTSP, is refused and said.
"""

import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from sources.address import checked, resolved
from sources.child.onvif.soap import Soap, plain
from sources.child.web import Web
from sources.credential import emptied
from sources.device import Device, DeviceConfig, Profile
from sources.errors import SourceError, SourceRejected, SourceUnavailable
from sources.source import Secret

PROFILES = 32
"""Profiles that are read of one camera."""

_MEDIA = "http://www.onvif.org/ver10/media/wsdl"
_SETUP = {"Stream": "RTP-Unicast", "Transport": {"Protocol": "RTSP"}}


class Camera:
    """One camera that is asked.

    Args:
        config: Where it is.
        secret: User and password.
        cautious: Whether the password is only proven, never said.
    """

    def __init__(
        self, config: DeviceConfig, secret: Secret | None, *, cautious: bool = False
    ) -> None:
        self._config = config
        self._secret = secret
        self._web = Web(config.url, config, secret, cautious=cautious)
        self._soap = Soap(self._web, secret)
        self._told: tuple[datetime, float] | None = None
        """What the camera's clock showed, and our monotonic seconds then."""

    def close(self) -> None:
        """Hang up."""
        self._web.close()

    def read(self) -> Device:
        """Ask for everything.

        Raises:
            SourceUnavailable: It may work later.
            SourceRejected: A person must act.
        """
        ahead = self._look_at_its_clock()
        about = self._ask("devicemgmt", self._config.url, "GetDeviceInformation")
        media = self._media()
        return Device(
            manufacturer=plain(getattr(about, "Manufacturer", "")),
            model=plain(getattr(about, "Model", "")),
            firmware=plain(getattr(about, "FirmwareVersion", "")),
            clock_ahead=ahead,
            profiles=tuple(self._profiles(media)),
        )

    def _look_at_its_clock(self) -> float | None:
        """Read its time, which anybody may (Core Specification, 8.3); None if it does not say."""
        asked = time.monotonic()
        try:
            said = self._soap.ask("devicemgmt", self._config.url, "GetSystemDateAndTime")
            day, hour = said.UTCDateTime.Date, said.UTCDateTime.Time
            parts = (day.Year, day.Month, day.Day, hour.Hour, hour.Minute, min(hour.Second, 59))
            shown = datetime(*parts, tzinfo=UTC)
        except SourceUnavailable:
            raise
        except (SourceRejected, AttributeError, TypeError, ValueError, OverflowError):
            return None
        self._told = shown, (asked + time.monotonic()) / 2
        return round((shown - _now()).total_seconds(), 1)

    def _ask(self, service: str, address: str, operation: str, **words: Any) -> Any:  # noqa: ANN401
        try:
            return self._soap.ask(service, address, operation, self._time(), **words)
        except SourceRejected as error:
            if self._told is None and "refuses user" in str(error):
                raise SourceRejected(
                    f"{error}; it does not tell its time, so see that its clock is right"
                ) from None
            raise

    def _time(self) -> datetime:
        if self._told is None:
            return _now()
        shown, at = self._told
        try:
            return shown + timedelta(seconds=time.monotonic() - at)
        except OverflowError:  # the last second of the year 9999
            return shown

    def _media(self) -> str:
        """Find the media service."""
        device = self._config.url
        try:
            services = self._ask("devicemgmt", device, "GetServices", IncludeCapability=False)
            found = [
                _said(one, "XAddr")
                for one in _listed(services)
                if _said(one, "Namespace") == _MEDIA
            ]
        except SourceRejected as error:
            if "does not know" not in str(error):
                raise
            known = self._ask("devicemgmt", device, "GetCapabilities", Category="Media")
            media = getattr(known, "Media", None)
            found = [_said(media, "XAddr")] if media is not None else []
        if not found:
            raise SourceRejected(
                "its ONVIF has no media service: name its stream with `type: rtsp` instead"
            )
        return self._led(found[0], ("http", "https"))

    def _profiles(self, media: str) -> Iterable[Profile]:
        listed = _listed(self._ask("media", media, "GetProfiles"))
        for one in listed[:PROFILES]:
            encoder = getattr(one, "VideoEncoderConfiguration", None)
            if encoder is None:
                continue
            size = getattr(encoder, "Resolution", None)
            limits = getattr(encoder, "RateControl", None)
            profile = Profile(
                token=plain(_said(one, "token")),
                name=plain(_said(one, "Name")),
                codec=plain(_said(encoder, "Encoding"), 20),
                width=_number(getattr(size, "Width", 0)),
                height=_number(getattr(size, "Height", 0)),
                fps=_number(getattr(limits, "FrameRateLimit", 0), 1000) or None,
            )
            yield profile.model_copy(update=self._place(media, _said(one, "token")))

    def _place(self, media: str, token: str) -> dict[str, str]:
        try:
            found = self._ask(
                "media", media, "GetStreamUri", StreamSetup=_SETUP, ProfileToken=token
            )
            place = self._led(_said(found, "Uri"), ("rtsp", "rtsps"))
            return {"url": emptied(place, self._secret)[:400]}
        except SourceUnavailable:
            raise
        except SourceError as error:
            return {"refused": str(error)[:400]}

    def _led(self, address: str, schemes: tuple[str, ...]) -> str:
        """Check where the camera leads us; return the address without user and password.

        Raises:
            SourceRejected: Not there.
        """
        try:
            parts = urlsplit(address.strip())
            bare = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
            checked(bare, schemes)
        except ValueError as error:
            raise SourceRejected(f"its ONVIF leads to an address that {error}") from None
        host = parts.hostname or ""
        if host not in self._config.hosts and not self._is_home(host):
            raise SourceRejected(
                f"its ONVIF leads to {plain(host)}, not to {self._config.host}: if that is right, "
                "put it into `hosts`"
            )
        return bare

    def _is_home(self, host: str) -> bool:
        if host.lower() == self._config.host.lower():
            return True
        try:
            theirs, _ = resolved(host, 1, "http")
            home, _ = resolved(self._config.host, 1, "http")
            return not set(theirs).isdisjoint(home)
        except SourceError:
            return False


def _listed(said: Any) -> list[Any]:  # noqa: ANN401 (zeep has no types)
    """Return what was said as a list, whatever a camera made of it."""
    return said if isinstance(said, list) else []


def _said(thing: Any, name: str) -> str:  # noqa: ANN401 (the same)
    """Return what is said of a thing; nothing where a camera left it out."""
    word = getattr(thing, name, None)
    return "" if word is None else str(word)


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 (WS-Security dates passwords by the time of day)


def _number(said: object, most: int = 65535) -> int:
    return int(said) if isinstance(said, int | float) and 0 <= said <= most else 0
