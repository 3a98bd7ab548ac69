"""Which registers a request reaches, and which writes leave every measurement as it was."""

import pytest

from digigate.bus.reach import changes, harmless, ranges
from digigate.catalogue import Catalogue

B30 = harmless(Catalogue.load().models["diris-b30"])


def _write(start: int, count: int) -> bytes:
    head = b"\x10" + start.to_bytes(2, "big") + count.to_bytes(2, "big")
    return head + bytes((2 * count,)) + bytes(2 * count)


def test_a_request_that_reads_and_writes_reaches_both() -> None:
    pdu = b"\x17" + bytes.fromhex("0064 0002 00c8 0001 02 0000")
    assert ranges(pdu) == ([(100, 102)], [(200, 201)])


@pytest.mark.parametrize(
    ("pdu", "said"),
    [
        (_write(57600, 6), "the clock"),
        (_write(58112, 1), "unlocking"),
        (_write(34912, 1), "the command of the load curves"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_write_that_measurements_do_not_depend_on(pdu: bytes, said: str) -> None:
    assert not changes(pdu, B30), said


@pytest.mark.parametrize(
    "pdu",
    [
        _write(13824, 3),  # how a load is wired
        _write(20096, 1),  # a reset
        _write(57600, 7),  # the clock and something more
        b"\x06" + (57856).to_bytes(2, "big") + b"\0\xb2",  # a restart
        b"\x05\0\1\xff\0",  # an output
        b"",
    ],
)
def test_any_other_write_may_change_everything(pdu: bytes) -> None:
    assert changes(pdu, B30)
