"""Packets that were right once: octets flipped, cut, doubled, and lengths that lie."""

import random
from collections.abc import Callable, Iterator, Sequence

from digigate.services.snmp import ber
from digigate.services.snmp.pdu import GET, GET_BULK, GET_NEXT, SET
from digigate.services.snmp.secure import Secured
from digigate.services.snmp.usm import User
from snmp.asking import message, pdu, pdu_of, reportable
from snmp.small_tree import ENTERPRISE, SYSTEM

V1, V2C = 0, 1
NAMES = ((*SYSTEM, 1, 0), (*ENTERPRISE, 10002, 4, 300), (*ENTERPRISE, 10003))
INNER = (
    pdu(GET, NAMES),
    pdu(GET_NEXT, NAMES),
    pdu(GET_BULK, NAMES, 1, 20),
    pdu_of(SET, [(NAMES[0], ber.text("cellar")), (NAMES[1], ber.integer(-5))]),
)
LIES = (0x00, 0x01, 0x7F, 0x80, 0x81, 0x82, 0x84, 0x85, 0x88, 0xFE, 0xFF)
Mutation = Callable[[bytearray, random.Random], None]


def _flip(data: bytearray, chance: random.Random) -> None:
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _lie(data: bytearray, chance: random.Random) -> None:
    data[chance.randrange(len(data))] = chance.choice(LIES)


def _cut(data: bytearray, chance: random.Random) -> None:
    del data[chance.randrange(len(data)) :]


def _remove(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(data))
    del data[at : at + chance.randint(1, 8)]


def _insert(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(data))
    data[at:at] = chance.randbytes(chance.randint(1, 8))


def _double(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(data))
    data[at:at] = data[at : at + chance.randint(1, 40)]


def _nest(data: bytearray, chance: random.Random) -> None:
    data[0:0] = b"\x30\x80" * chance.randint(1, 60)


def _lengthen(data: bytearray, chance: random.Random) -> None:
    """Write a length in more octets than it needs, nine at most."""
    at = chance.randrange(1, len(data))
    octets = chance.randint(1, 9)
    data[at : at + 1] = bytes((0x80 | octets,)) + data[at].to_bytes(octets, "big")


MUTATIONS: Sequence[Mutation] = (
    _flip, _flip, _lie, _lie, _cut, _remove, _insert, _double, _nest, _lengthen,
)  # fmt: skip


def mutated(data: bytes, chance: random.Random) -> bytes:
    """The packet after one to three mutations."""
    spoiled = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        if len(spoiled) > 1:
            chance.choice(MUTATIONS)(spoiled, chance)
    return bytes(spoiled)


def packets(count: int, secured: Secured, user: User, seed: int) -> Iterator[bytes]:
    """Mutated packets of all versions; of version 3, half are spoiled before they are signed."""
    chance = random.Random(seed)
    plain = [
        message(version, f"private{'V2' * version}", inner)
        for version in (V1, V2C)
        for inner in INNER
    ]
    for _ in range(count):
        if chance.random() < 0.6:
            yield mutated(chance.choice(plain), chance)
            continue
        inner, number = chance.choice(INNER), ber.integer(chance.randrange(2**31))
        if chance.random() < 0.5:
            yield _asking(secured.sealed(mutated(inner, chance), number, user), user, chance)
        else:
            yield mutated(_asking(secured.sealed(inner, number, user), user, chance), chance)


def _asking(request: bytes, user: User, chance: random.Random) -> bytes:
    """Most managers want a Report."""
    return reportable(request, user) if chance.random() < 0.8 else request
