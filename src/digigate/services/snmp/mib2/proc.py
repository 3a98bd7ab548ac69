"""The texts under /proc/net, read by the names that they carry; lines that are none are left out.

Kernels add columns in the middle of lines, so nothing is counted where something has a name.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

S = TypeVar("S")
T = TypeVar("T")

Counters = Mapping[str, Mapping[str, int]]
"""`Tcp` -> `InSegs` -> how many."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Who is known on the same link, with its hardware address."""

    address: bytes
    mac: bytes
    device: str
    permanent: bool


@dataclass(frozen=True, slots=True)
class Route:
    """Where packets to a network go; a gateway of zeros = there is none."""

    destination: bytes
    mask: bytes
    gateway: bytes
    device: str
    metric: int
    redirected: bool  # learnt from an ICMP redirect


@dataclass(frozen=True, slots=True)
class Socket:
    """One end of a connection, or of none; `state` by the kernel's numbers."""

    local: bytes
    port: int
    remote: bytes
    remote_port: int
    state: int


def counters(text: str) -> Counters:
    """`/proc/net/snmp`: pairs of lines, the names first."""
    lines = text.splitlines()
    return dict(_each(zip(lines[::2], lines[1::2], strict=False), _group))


def traffic(text: str) -> Counters:
    """`/proc/net/dev`: by interface, `in.bytes` and `out.bytes` and the like."""
    lines = text.splitlines()
    heads = lines[1].split("|") if len(lines) > 1 else []
    sides = zip(("in", "out"), heads[1:], strict=False)
    names = [f"{side}.{name}" for side, head in sides for name in head.split()]

    def of_device(line: str) -> tuple[str, Mapping[str, int]]:
        device, _, words = line.rpartition(":")
        return device.strip(), dict(zip(names, map(int, words.split()), strict=True))

    return dict(_each(lines[2:], of_device))


def neighbours(text: str) -> tuple[Neighbour, ...]:
    """`/proc/net/arp`, without those that have not answered."""
    return tuple(n for n in _each(text.splitlines()[1:], _neighbour) if any(n.mac))


def routes(text: str) -> tuple[Route, ...]:
    """`/proc/net/route`."""
    lines = text.splitlines()
    heads = lines[0].split() if lines else []
    return tuple(_each(lines[1:], lambda line: _route(dict(zip(heads, line.split(), strict=True)))))


def sockets(lines: Iterable[str], most: int) -> tuple[Socket, ...]:
    """`/proc/net/tcp` or `udp`: the first so many, each once."""
    return tuple(dict.fromkeys(_each(islice(lines, 1, most + 1), _socket)))


def _each(lines: Iterable[S], read: Callable[[S], T]) -> Iterator[T]:
    for line in lines:
        try:
            yield read(line)
        except (ArithmeticError, LookupError, ValueError):  # cut off, or written otherwise
            continue


def _group(pair: tuple[str, str]) -> tuple[str, Mapping[str, int]]:
    (group, *names), (same, *values) = (line.split() for line in pair)
    if group != same:
        raise ValueError("the lines are no pair")
    return group.rstrip(":"), dict(zip(names, map(int, values), strict=True))


def _neighbour(line: str) -> Neighbour:
    address, _, flags, mac, _, device = line.split()
    quad = bytes(int(part) for part in address.split("."))
    return Neighbour(quad, bytes.fromhex(mac.replace(":", "")), device, bool(int(flags, 16) & 4))


def _route(cells: Mapping[str, str]) -> Route:
    return Route(
        _quad(cells["Destination"]),
        _quad(cells["Mask"]),
        _quad(cells["Gateway"]),
        cells["Iface"],
        int(cells["Metric"]),
        bool(int(cells["Flags"], 16) & 0x10),
    )


def _socket(line: str) -> Socket:
    _, local, remote, state, *_ = line.split(None, 4)
    return Socket(*_end(local), *_end(remote), int(state, 16))


def _end(text: str) -> tuple[bytes, int]:
    address, _, port = text.partition(":")
    return _quad(address), int(port, 16)


def _quad(word: str) -> bytes:
    """An IPv4 address, which the kernel prints as the number that it is in its memory."""
    return int(word, 16).to_bytes(4, sys.byteorder)
