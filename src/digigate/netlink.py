"""What the kernel tells of its network by netlink (RFC 3549): one table asked for as a whole."""

import socket
import struct
from collections.abc import Iterator, Mapping

HEADER = struct.Struct("=IHHII")  # nlmsghdr: length, type, flags, sequence, pid
ATTRIBUTE = struct.Struct("=HH")  # rtattr: length, type
DONE, ERROR = 3, 2
REQUEST_DUMP = 0x301
PATIENCE = 0.2  # seconds; the kernel answers in some microseconds
LARGEST = 65536


def dump(request: int, body: bytes) -> Iterator[tuple[int, bytes]]:
    """Every message of the kernel's answer to `request`: its type and what follows the header.

    Raises:
        OSError: there is no netlink here, or the kernel does not answer.
    """
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as channel:
        channel.settimeout(PATIENCE)
        header = HEADER.pack(HEADER.size + len(body), request, REQUEST_DUMP, 1, 0)
        channel.sendto(header + body, (0, 0))
        while True:
            for kind, message in messages(channel.recv(LARGEST)):
                if kind in {DONE, ERROR}:
                    return
                yield kind, message


def messages(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The messages of one datagram: type and what follows the header."""
    at = 0
    while at + HEADER.size <= len(data):
        length, kind, *_ = HEADER.unpack_from(data, at)
        if length < HEADER.size:
            return
        yield kind, data[at + HEADER.size : at + length]
        at += _aligned(length)


def attributes(message: bytes, at: int) -> Mapping[int, bytes]:
    """The attributes that begin at `at`, by type; what is cut off is left out."""
    found = {}
    while at + ATTRIBUTE.size <= len(message):
        length, kind = ATTRIBUTE.unpack_from(message, at)
        if length < ATTRIBUTE.size:
            break
        found[kind] = message[at + ATTRIBUTE.size : at + length]
        at += _aligned(length)
    return found


def _aligned(length: int) -> int:
    return (length + 3) & ~3
