"""Requests and the exceptions that wrong ones get."""

import pytest

from digigate.simulator.device.answers import Illegal, answer


class Plain:
    """Registers 100..109, of which 105 up can be written."""

    def __init__(self) -> None:
        self.words = {100 + index: index for index in range(10)}

    def read(self, start: int, count: int) -> bytes:
        try:
            return b"".join(self.words[start + k].to_bytes(2, "big") for k in range(count))
        except KeyError:
            raise Illegal(2) from None

    def write(self, start: int, data: bytes) -> None:
        for index in range(len(data) // 2):
            if start + index not in range(105, 110):
                raise Illegal(2)
            self.words[start + index] = int.from_bytes(data[2 * index : 2 * index + 2], "big")


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ("03 0064 0002", "03 04 0000 0001"),
        ("03 0064 0000", "83 03"),
        ("03 0064 007e", "83 03"),
        ("03 0064 007d", "83 02"),
        ("03 006d 0002", "83 02"),
        ("04 0064 0001", "84 01"),
        ("2b 0e01 00", "ab 01"),
        ("03 0064", "83 01"),
        ("06 0069 1234", "06 0069 1234"),
        ("06 0064 1234", "86 02"),
        ("10 0069 0002 04 0001 0002", "10 0069 0002"),
        ("10 0069 0002 04 0001", "90 03"),
        ("10 0069 0002 03 000100", "90 03"),
        ("10 0069 0000 00", "90 03"),
    ],
)
def test_each_request_gets_its_answer(request_: str, expected: str) -> None:
    assert answer(Plain(), bytes.fromhex(request_)) == bytes.fromhex(expected)


def test_what_was_written_is_read() -> None:
    registers = Plain()
    answer(registers, bytes.fromhex("10 0069 0002 04 000a 000b"))
    answer(registers, bytes.fromhex("06 006b 000c"))
    assert answer(registers, bytes.fromhex("03 0069 0003")).hex() == "0306000a000b000c"
