"""Second stage: is this packet worth decoding?"""

from sources.source import Packet


class Gate:
    """Let every packet through.

    A packet of size 0 flushes the decoder; no gate may hold it back. After a packet was held back,
    the next one let through must be one at which decoding can start (`Packet.idr`).
    """

    def admits(self, packet: Packet) -> bool:
        """Tell whether to decode the packet."""
        return packet.size >= 0
