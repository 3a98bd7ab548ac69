"""The same frames for Wireshark: a classic pcap file with link type USER0.

Wireshark decodes it after *Preferences, Protocols, DLT_USER*: DLT 147, payload `mbrtu`.
"""

import struct
from datetime import datetime, timedelta

from digigate.bus.trace import Frame

MAGIC = 0xA1B2C3D4  # times in microseconds
VERSION = (2, 4)
USER0 = 147
LONGEST = 65535


def pcap_head() -> bytes:
    """The first octets of the file."""
    return struct.pack(">IHHiIII", MAGIC, *VERSION, 0, 0, LONGEST, USER0)


def pcap_packet(frame: Frame, began: datetime) -> bytes:
    """One frame; silence is no packet and gives nothing."""
    if not frame.data:
        return b""
    time = began + timedelta(seconds=frame.time)
    size = len(frame.data)
    head = struct.pack(">IIII", int(time.timestamp()), time.microsecond, size, size)
    return head + frame.data
