"""What faults make of an answer."""

from collections.abc import Callable
from dataclasses import replace
from random import Random

from digigate.simulator.faults.book import Faults
from digigate.simulator.faults.kinds import Fault, Kind
from digigate.simulator.wire.frames import is_whole, sealed
from digigate.simulator.wire.line import Saying

Sayings = tuple[Saying, ...]
Spoiler = Callable[[Fault, Saying, Random], Sayings]


def spoiled(saying: Saying, faults: Faults) -> Sayings:
    """What is said in place of an answer: less, later, other, or more."""
    sayings: Sayings = (saying,)
    for kind, spoil in SPOILERS.items():
        if sayings and (fault := faults.strikes(kind)):
            sayings = tuple(s for each in sayings for s in spoil(fault, each, faults.chance))
    return sayings


def noisy(frame: bytes, chance: Random) -> bytes:
    """A frame with wrong bits, a character too many or one too few; never whole."""
    octets = bytearray(frame)
    place = chance.randrange(len(octets))
    match chance.randrange(4):
        case 0:
            octets.insert(place, chance.randrange(256))
        case 1 if len(octets) > 1:
            del octets[place]
        case _:
            octets[place] ^= chance.randrange(1, 256)
    while is_whole(bytes(octets)):
        octets[chance.randrange(len(octets))] ^= 0x10
    return bytes(octets)


def babble(unit: int, chance: Random) -> bytes:
    """What a slave says unasked: noise, or the whole answer to a write that nobody made."""
    if chance.random() < 0.5:
        return bytes(chance.randrange(256) for _ in range(chance.randint(1, 20)))
    return sealed(bytes((unit, 6)) + chance.randbytes(4))


def _silent(_: Fault, __: Saying, ___: Random) -> Sayings:
    return ()


def _late(fault: Fault, saying: Saying, _: Random) -> Sayings:
    return (replace(saying, delay=saying.delay + fault.seconds),)


def _crc(_: Fault, saying: Saying, chance: Random) -> Sayings:
    octets = bytearray(saying.frame)
    for _each in range(chance.randint(1, 4)):
        octets[chance.randrange(3, len(octets))] ^= 1 << chance.randrange(8)
    while is_whole(bytes(octets)):
        octets[-1] ^= 1 << chance.randrange(8)
    return (replace(saying, frame=bytes(octets)),)


def _truncated(_: Fault, saying: Saying, chance: Random) -> Sayings:
    return (replace(saying, frame=saying.frame[: chance.randint(1, len(saying.frame) - 1)]),)


def _exception(fault: Fault, saying: Saying, _: Random) -> Sayings:
    unit, function = saying.frame[0], saying.frame[1]
    return (replace(saying, frame=sealed(bytes((unit, function | 0x80, fault.code)))),)


def _wrong_unit(_: Fault, saying: Saying, chance: Random) -> Sayings:
    unit = (saying.frame[0] + chance.randrange(1, 247) - 1) % 247 + 1
    return (replace(saying, frame=sealed(bytes((unit,)) + saying.frame[1:-2])),)


def _duplicate(_: Fault, saying: Saying, chance: Random) -> Sayings:
    """Another device at the address says as much, and other things."""
    head, data = saying.frame[:3], saying.frame[3:-2]
    return (saying, Saying(sealed(head + chance.randbytes(len(data)))))


SPOILERS: dict[Kind, Spoiler] = {
    Kind.SILENT: _silent,
    Kind.EXCEPTION: _exception,
    Kind.WRONG_UNIT: _wrong_unit,
    Kind.CRC: _crc,
    Kind.TRUNCATED: _truncated,
    Kind.DUPLICATE: _duplicate,
    Kind.LATE: _late,
}
"""In the order in which they strike."""
