"""Slaves that answer any FC03 beside the gateway."""

from collections.abc import Callable

from digigate.bus.frames import build, crc16


def neighbours(*units: int) -> Callable[[bytes], bytes]:
    """What these slaves say to whatever is heard; their registers count up from their unit."""
    heard = bytearray()

    def answer(data: bytes) -> bytes:
        heard.extend(data)
        frame = bytes(heard[-8:])
        if len(frame) == 8 and frame[0] in units and frame[1] == 3 and crc16(frame) == 0:
            heard.clear()
            count = int.from_bytes(frame[4:6], "big")
            words = b"".join(((frame[0] << 8) + i).to_bytes(2, "big") for i in range(count))
            return build(frame[0], bytes((3, 2 * count)) + words)
        del heard[:-512]
        return b""

    return answer
