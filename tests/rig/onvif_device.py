"""A small ONVIF camera: SOAP 1.2 over HTTP, WS-Security checked, WS-Discovery answered.

Written from the ONVIF Core and Media specifications and the UsernameToken Profile 1.0, apart from
what it tests. `Habits` holds what it does, and does wrong.
"""

import base64
import hashlib
import re
import socket
import struct
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

GROUP = "239.255.255.250"
_FRESH = timedelta(seconds=30)
_S = "{http://www.w3.org/2003/05/soap-envelope}"
_WSSE = "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd}"
_WSU = "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd}"
_ENVELOPE = """<?xml version="1.0" encoding="UTF-8"?>
<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"
 xmlns:tds="http://www.onvif.org/ver10/device/wsdl" xmlns:trt="http://www.onvif.org/ver10/media/wsdl"
 xmlns:tt="http://www.onvif.org/ver10/schema" xmlns:ter="http://www.onvif.org/ver10/error">
<s:Body>{}</s:Body></s:Envelope>"""


@dataclass(frozen=True, slots=True)
class Stream:
    """One profile."""

    token: str
    name: str
    width: int
    height: int
    url: str
    codec: str = "H264"


@dataclass(frozen=True, slots=True)
class Habits:
    """Every field has the honest camera's value by default."""

    user: str | None = None
    """None lets everybody in."""

    password: str = ""
    skew: float = 0.0
    """Seconds the camera's clock is ahead."""

    tells_time: bool = True
    """Whether its time may be asked without a password."""

    faults: tuple[tuple[str, str, str], ...] = ()
    """Operation, SOAP code (`Sender` or `Receiver`) and subcode with which it is answered."""

    media: str | None = None
    """Where its media service is said to be; None says the truth."""

    services: bool = True
    """Whether it knows GetServices; else GetCapabilities alone."""

    odd: tuple[tuple[str, str | None], ...] = ()
    """Elements by their names, and what stands in them instead; None leaves them out."""

    raw: tuple[int, str, bytes] | None = None
    """Status, content type and body of every answer, whatever is asked."""

    location: str | None = None
    """Where every question is redirected to, with 307."""

    announces: str | None = None
    """Where it says it is when it is looked for; None says the truth."""


@dataclass
class OnvifDevice:
    """A camera at `host:port`; a look-out for it is answered at `discovery_port` once joined."""

    streams: tuple[Stream, ...] = ()
    habits: Habits = field(default_factory=Habits)
    host: str = "127.0.0.1"

    def __post_init__(self) -> None:
        self.asked: list[str] = []
        """Operations, in order."""

        self.refused = 0
        """Passwords that were not accepted."""

        self._nonces: set[bytes] = set()
        device = self

        class Handler(BaseHTTPRequestHandler):
            """Answers for the camera."""

            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                """Answer a question."""
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                if device.habits.location is not None:
                    self.send_response(307)
                    self.send_header("Location", device.habits.location)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                status, kind, answer = device.answer(body)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer((self.host, 0), Handler)
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])
        self.url = f"http://{self.host}:{self.port}/onvif/device_service"
        self._threads = [
            threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        ]
        self._udp: socket.socket | None = None
        self._threads[0].start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        if self._udp is not None:
            self._udp.close()

    def answer(self, body: bytes) -> tuple[int, str, bytes]:
        """Answer one message."""
        if self.habits.raw is not None:
            return self.habits.raw
        root = ET.fromstring(body)  # noqa: S314 (of the test's own client)
        operation = next(iter(root.find(f"{_S}Body") or ())).tag.rpartition("}")[2]
        self.asked.append(operation)
        open_to_all = operation == "GetSystemDateAndTime" and self.habits.tells_time
        if self.habits.user is not None and not open_to_all and not self._admits(root):
            self.refused += 1
            return self._fault("Sender", "ter:NotAuthorized", "Sender not authorized", 400)
        for wrong, code, subcode in self.habits.faults:
            if wrong == operation:
                return self._fault(code, f"ter:{subcode}", f"no {operation} today", 500)
        known = {
            "GetSystemDateAndTime": self._time,
            "GetDeviceInformation": self._about,
            "GetCapabilities": self._capabilities,
            "GetProfiles": self._profiles,
            "GetStreamUri": self._uri,
            **({"GetServices": self._services} if self.habits.services else {}),
        }
        told = known.get(operation)
        if told is None:
            return self._fault("Receiver", "ter:ActionNotSupported", "unknown action", 500)
        words = told(root)
        if words is None:
            why = ("Sender", "ter:InvalidArgVal", "no such profile")
            return self._fault(*why, 400, "ter:NoProfile")
        for name, instead in self.habits.odd:
            element = rf"(<(?:\w+:)?{name}\b[^>]*>).*?(</(?:\w+:)?{name}>)"
            within = "" if instead is None else rf"\g<1>{instead}\g<2>"
            words = re.sub(element, within, words, flags=re.DOTALL)
        return 200, "application/soap+xml; charset=utf-8", _ENVELOPE.format(words).encode()

    def now(self) -> datetime:
        """Return what the camera's clock shows."""
        return datetime.now(UTC) + timedelta(seconds=self.habits.skew)  # noqa: TID251 (its own clock)

    def join(self, port: int) -> None:
        """Answer whoever looks for cameras, on the loopback network."""
        self._udp = udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        udp.bind((GROUP, port))
        joined = struct.pack("4s4s", socket.inet_aton(GROUP), socket.inet_aton("127.0.0.1"))
        udp.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, joined)
        udp.settimeout(0.2)
        thread = threading.Thread(target=self._listen, args=(udp,), daemon=True)
        self._threads.append(thread)
        thread.start()

    def _listen(self, udp: socket.socket) -> None:
        while True:
            try:
                data, whence = udp.recvfrom(65536)
            except TimeoutError:
                if udp.fileno() < 0:
                    return
                continue
            except OSError:
                return
            asked = re.search(rb"MessageID>\s*([^<\s]+)", data)
            if asked and b"NetworkVideoTransmitter" in data:
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as back:
                    back.bind((self.host, 0))
                    back.sendto(self.match(asked[1].decode()), whence)

    def match(self, number: str) -> bytes:
        """Answer a look-out (WS-Discovery, 5.3)."""
        place = self.habits.announces or self.url
        return f"""<?xml version="1.0" encoding="UTF-8"?>
<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"
 xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing"
 xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"
 xmlns:dn="http://www.onvif.org/ver10/network/wsdl"><s:Header>
<wsa:MessageID>urn:uuid:00000000-0000-0000-0000-000000000001</wsa:MessageID>
<wsa:RelatesTo>{escape(number)}</wsa:RelatesTo>
<wsa:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/ProbeMatches</wsa:Action>
</s:Header><s:Body><d:ProbeMatches><d:ProbeMatch>
<wsa:EndpointReference><wsa:Address>urn:uuid:1</wsa:Address></wsa:EndpointReference>
<d:Types>dn:NetworkVideoTransmitter</d:Types>
<d:Scopes>onvif://www.onvif.org/type/video_encoder onvif://www.onvif.org/name/Yard%20Cam
 onvif://www.onvif.org/hardware/Model%201</d:Scopes>
<d:XAddrs>{escape(place)}</d:XAddrs><d:MetadataVersion>1</d:MetadataVersion>
</d:ProbeMatch></d:ProbeMatches></s:Body></s:Envelope>""".encode()

    def _admits(self, root: ET.Element) -> bool:
        """Check the password (UsernameToken Profile 1.0, 3.1): digest, age and freshness."""
        token = root.find(f".//{_WSSE}UsernameToken")
        if token is None or token.findtext(f"{_WSSE}Username") != self.habits.user:
            return False
        nonce = base64.b64decode(token.findtext(f"{_WSSE}Nonce") or "")
        created = token.findtext(f"{_WSU}Created") or ""
        told = token.findtext(f"{_WSSE}Password") or ""
        digest = hashlib.sha1(nonce + created.encode() + self.habits.password.encode()).digest()  # noqa: S324
        try:
            age = abs(datetime.fromisoformat(created) - self.now())
        except ValueError:
            return False
        fresh = age < _FRESH and nonce not in self._nonces
        self._nonces.add(nonce)
        return fresh and base64.b64encode(digest).decode() == told

    def _fault(
        self, code: str, subcode: str, words: str, status: int, further: str = ""
    ) -> tuple[int, str, bytes]:
        deeper = f"<s:Subcode><s:Value>{further}</s:Value></s:Subcode>" if further else ""
        text = (
            f"<s:Fault><s:Code><s:Value>s:{code}</s:Value><s:Subcode><s:Value>{subcode}</s:Value>"
            f"{deeper}</s:Subcode></s:Code>"
            f'<s:Reason><s:Text xml:lang="en">{words}</s:Text></s:Reason></s:Fault>'
        )
        return status, "application/soap+xml; charset=utf-8", _ENVELOPE.format(text).encode()

    def _time(self, _: ET.Element) -> str:
        now = self.now()
        return (
            "<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime>"
            "<tt:DateTimeType>NTP</tt:DateTimeType><tt:DaylightSavings>false</tt:DaylightSavings>"
            "<tt:TimeZone><tt:TZ>UTC0</tt:TZ></tt:TimeZone><tt:UTCDateTime>"
            f"<tt:Time><tt:Hour>{now.hour}</tt:Hour><tt:Minute>{now.minute}</tt:Minute>"
            f"<tt:Second>{now.second}</tt:Second></tt:Time>"
            f"<tt:Date><tt:Year>{now.year}</tt:Year><tt:Month>{now.month}</tt:Month>"
            f"<tt:Day>{now.day}</tt:Day></tt:Date></tt:UTCDateTime>"
            "</tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>"
        )

    def _about(self, _: ET.Element) -> str:
        return (
            "<tds:GetDeviceInformationResponse><tds:Manufacturer>Rig</tds:Manufacturer>"
            "<tds:Model>Model 1</tds:Model><tds:FirmwareVersion>1.0</tds:FirmwareVersion>"
            "<tds:SerialNumber>7</tds:SerialNumber><tds:HardwareId>1</tds:HardwareId>"
            "</tds:GetDeviceInformationResponse>"
        )

    @property
    def _media(self) -> str:
        there = self.habits.media or f"http://{self.host}:{self.port}/onvif/media_service"
        return escape(there)

    def _services(self, _: ET.Element) -> str:
        listed = "".join(
            f"<tds:Service><tds:Namespace>{name}</tds:Namespace><tds:XAddr>{there}</tds:XAddr>"
            "<tds:Version><tt:Major>2</tt:Major><tt:Minor>6</tt:Minor></tds:Version></tds:Service>"
            for name, there in (
                ("http://www.onvif.org/ver10/device/wsdl", self.url),
                ("http://www.onvif.org/ver10/media/wsdl", self._media),
            )
        )
        return f"<tds:GetServicesResponse>{listed}</tds:GetServicesResponse>"

    def _capabilities(self, _: ET.Element) -> str:
        return (
            "<tds:GetCapabilitiesResponse><tds:Capabilities><tt:Media>"
            f"<tt:XAddr>{self._media}</tt:XAddr><tt:StreamingCapabilities>"
            "<tt:RTP_RTSP_TCP>true</tt:RTP_RTSP_TCP></tt:StreamingCapabilities>"
            "</tt:Media></tds:Capabilities></tds:GetCapabilitiesResponse>"
        )

    def _profiles(self, _: ET.Element) -> str:
        listed = "".join(
            f'<trt:Profiles token="{escape(one.token)}" fixed="true"><tt:Name>{escape(one.name)}'
            "</tt:Name>"
            f'<tt:VideoEncoderConfiguration token="e{number}"><tt:Name>e</tt:Name>'
            f"<tt:UseCount>1</tt:UseCount><tt:Encoding>{one.codec}</tt:Encoding><tt:Resolution>"
            f"<tt:Width>{one.width}</tt:Width><tt:Height>{one.height}</tt:Height></tt:Resolution>"
            "<tt:Quality>4</tt:Quality><tt:RateControl><tt:FrameRateLimit>25</tt:FrameRateLimit>"
            "<tt:EncodingInterval>1</tt:EncodingInterval><tt:BitrateLimit>2048</tt:BitrateLimit>"
            "</tt:RateControl><tt:Multicast><tt:Address><tt:Type>IPv4</tt:Type></tt:Address>"
            "<tt:Port>0</tt:Port><tt:TTL>1</tt:TTL><tt:AutoStart>false</tt:AutoStart>"
            "</tt:Multicast><tt:SessionTimeout>PT60S</tt:SessionTimeout>"
            "</tt:VideoEncoderConfiguration></trt:Profiles>"
            for number, one in enumerate(self.streams)
        )
        return f"<trt:GetProfilesResponse>{listed}</trt:GetProfilesResponse>"

    def _uri(self, root: ET.Element) -> str | None:
        wanted = root.findtext(".//{http://www.onvif.org/ver10/media/wsdl}ProfileToken")
        one = next((one for one in self.streams if one.token == wanted), None)
        if one is None:
            return None
        return (
            f"<trt:GetStreamUriResponse><trt:MediaUri><tt:Uri>{escape(one.url)}</tt:Uri>"
            "<tt:InvalidAfterConnect>false</tt:InvalidAfterConnect>"
            "<tt:InvalidAfterReboot>false</tt:InvalidAfterReboot><tt:Timeout>PT0S</tt:Timeout>"
            "</trt:MediaUri></trt:GetStreamUriResponse>"
        )
