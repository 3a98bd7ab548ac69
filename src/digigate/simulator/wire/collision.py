"""Several slaves that speak at once: what the master hears of it."""

from collections.abc import Sequence
from random import Random

from digigate.simulator.wire.frames import is_whole

APART = 3  # characters by which the first ones are apart at most: all heard the same request
EXCEPTION, WRITTEN = 5, 8  # octets of these answers


def collided(frames: Sequence[bytes], chance: Random) -> bytes:
    """The octets on the wire; never a frame, though two equal answers in step would be one."""
    shifts = [0, *(chance.randint(0, APART) for _ in frames[1:])]
    length = max(shift + len(frame) for shift, frame in zip(shifts, frames, strict=True))
    mess = bytearray(length)
    clashes = []
    for place in range(length):
        said = [
            frame[place - shift]
            for shift, frame in zip(shifts, frames, strict=True)
            if 0 <= place - shift < len(frame)
        ]
        mess[place] = _levels(said, chance)
        if len(said) > 1:
            clashes.append(place)
    for place in chance.sample(clashes, len(clashes)):
        if not holds_answer(mess):
            break
        mess[place] ^= 1 << chance.randrange(8)
    return bytes(mess)


def holds_answer(octets: bytes | bytearray) -> bool:
    """Whether a master that looks for an answer anywhere in these octets finds one."""
    return any(_answer_at(octets, start) for start in range(len(octets) - EXCEPTION + 1))


def _levels(said: Sequence[int], chance: Random) -> int:
    """What drivers that disagree make of one character: none of what they say, mostly zeros."""
    if len(said) < 2:
        return said[0] if said else 0
    level = 0xFF
    for octet in said:
        level &= octet
    while level in said:
        level = chance.randrange(256) & chance.randrange(256)
    return level


def _answer_at(octets: bytes | bytearray, start: int) -> bool:
    function = octets[start + 1]
    if function & 0x80:
        length = EXCEPTION
    elif function in (1, 2, 3, 4):
        length = 5 + octets[start + 2]
    else:
        length = WRITTEN
    return start + length <= len(octets) and is_whole(bytes(octets[start : start + length]))
