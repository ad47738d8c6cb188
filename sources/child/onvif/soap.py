"""Asks one camera by SOAP, and says in our own words what it could not do.

zeep builds and reads the messages by ONVIF's own WSDL; every byte goes through our `Web`, so that
hosts, certificates, redirects, lengths and times are bounded as with any other camera. Passwords
are proven by WS-Security's digest (UsernameToken Profile 1.0), dated by the camera's own clock.
"""

import importlib.util
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from sources.child.web import Web
from sources.errors import SourceError, SourceRejected, SourceUnavailable
from sources.source import Secret

# It tells in tracebacks what we say in a line.
logging.getLogger("zeep").addHandler(logging.NullHandler())

LARGEST = 2 * 1024 * 1024
"""Bytes of one answer; all profiles of a large recorder take a tenth."""

_MISSING = "ONVIF needs the extra `onvif`: pip install 'lookout-daemon[onvif]'"
_UNAUTHORIZED = {"NotAuthorized", "FailedAuthentication", "FailedCheck", "InvalidSecurityToken"}
_UNKNOWN = {"ActionNotSupported", "OptionalActionNotImplemented", "UnknownAction"}


class Soap:
    """One camera's services.

    Args:
        web: The way to it.
        secret: User and password; None asks as anybody.
    """

    def __init__(self, web: Web, secret: Secret | None) -> None:
        try:
            import zeep  # noqa: PLC0415 (an extra)
            from zeep.transports import Transport  # noqa: PLC0415 (the same)
        except ImportError:
            raise SourceRejected(_MISSING) from None

        class Wire(Transport):  # type: ignore[misc]  # zeep has no types
            """Lets zeep reach the camera through `Web`, and read its own files."""

            def post(
                self, address: str, message: str | bytes, headers: Mapping[str, str]
            ) -> _Posted:
                body = message.encode() if isinstance(message, str) else message
                status, kind, content = web.post(address, body, headers, LARGEST)
                if b"Envelope" not in content:
                    raise _not_soap(status)
                return _Posted(status, content, {"Content-Type": kind})

        self._zeep = zeep
        self._wire = Wire()
        self._secret = secret
        self._clients: dict[str, Any] = {}

    def ask(
        self,
        service: str,
        address: str,
        operation: str,
        at: datetime | None = None,
        **words: Any,  # noqa: ANN401 (whatever the WSDL says)
    ) -> Any:  # noqa: ANN401 (the same)
        """Ask one thing.

        Args:
            service: File of the service's WSDL, without its ending.
            address: Where it is.
            operation: What is asked.
            at: UTC, by which the password is proven; None gives no password.
            words: Parameters of the operation.

        Raises:
            SourceUnavailable: It may work later.
            SourceRejected: A person must act.
        """
        exceptions = self._zeep.exceptions
        client = self._client(service)
        client.wsse = self._token(at)
        (binding,) = (name for name in client.wsdl.bindings if name.endswith(_BINDINGS[service]))
        try:
            return getattr(client.create_service(binding, address), operation)(**words)
        except exceptions.Fault as fault:
            raise self._explain(fault, operation, proven=at is not None) from None
        except (exceptions.Error, ValueError, TypeError, AttributeError, LookupError):
            raise SourceRejected(
                f"its answer to {operation} is none that ONVIF knows: name its stream with "
                "`type: rtsp` instead"
            ) from None

    def _client(self, service: str) -> Any:  # noqa: ANN401 (zeep has no types)
        if service not in self._clients:
            self._clients[service] = self._zeep.Client(
                _description(service), transport=self._wire, settings=_settings()
            )
        return self._clients[service]

    def _token(self, at: datetime | None) -> Any:  # noqa: ANN401 (zeep has no types)
        if at is None or self._secret is None:
            return None
        from zeep.wsse.username import UsernameToken  # noqa: PLC0415 (an extra)

        return UsernameToken(
            self._secret.user or "",
            self._secret.password or "",
            use_digest=True,
            created=at.replace(tzinfo=None),
            zulu_timestamp=True,
        )

    def _explain(self, fault: Any, operation: str, *, proven: bool) -> SourceError:  # noqa: ANN401
        codes = {str(getattr(code, "localname", code)) for code in fault.subcodes or ()}
        words = plain(fault.message)
        if codes & _UNAUTHORIZED or "not authorized" in words.lower():
            if self._secret is None or not proven:
                return SourceRejected("its ONVIF wants user and password: set `credential`")
            return SourceRejected(
                "its ONVIF refuses user or password: check the credential, and that the camera "
                "lets this user use ONVIF (many keep ONVIF users apart)"
            )
        if codes & _UNKNOWN:
            return SourceRejected(
                f"its ONVIF does not know {operation}: name its stream with `type: rtsp` instead"
            )
        if "NoProfile" in codes:
            return SourceRejected("its ONVIF has no such profile: see `lookout probe`")
        if str(fault.code or "").endswith("Receiver"):
            return SourceUnavailable(f"its ONVIF reports a fault of its own: {words}")
        return SourceRejected(f"its ONVIF does not accept {operation}: {words}")


@dataclass(frozen=True, slots=True)
class _Posted:
    """As much of an HTTP answer as zeep looks at."""

    status_code: int
    content: bytes
    headers: dict[str, str]
    encoding: str | None = None


_BINDINGS = {"devicemgmt": "}DeviceBinding", "media": "}MediaBinding"}


def plain(text: object, most: int = 80) -> str:
    """Cut what a camera says to one short line that can steer no terminal."""
    line = "".join(sign if sign.isprintable() else " " for sign in str(text or ""))
    return " ".join(line.split())[:most]


def _not_soap(status: int) -> SourceError:
    if status == 404:  # noqa: PLR2004
        return SourceRejected(
            "it has no ONVIF at this address (404): turn ONVIF on in the camera, and see that "
            "`port` is right"
        )
    return SourceRejected(
        f"what answers there speaks HTTP ({status}), but not ONVIF: see that `port` "
        "is right and ONVIF is turned on"
    )


@cache
def _settings() -> Any:  # noqa: ANN401 (zeep has no types)
    """Return how answers are read: no document type, nothing fetched, small faults forgiven."""
    from zeep import Settings  # noqa: PLC0415 (an extra)

    return Settings(strict=False, forbid_dtd=True, forbid_external=True)


@cache
def _description(service: str) -> Any:  # noqa: ANN401 (zeep has no types)
    """Read ONVIF's WSDL of a service; the package that brings it is not imported."""
    from zeep.transports import Transport  # noqa: PLC0415 (an extra)
    from zeep.wsdl import Document  # noqa: PLC0415 (the same)

    found = importlib.util.find_spec("onvif")
    if found is None or found.origin is None:
        raise SourceRejected(_MISSING)
    file = Path(found.origin).parent / "wsdl" / f"{service}.wsdl"
    return Document(str(file), Transport(), settings=_settings())
