"""The values of a SET: which of the errors of RFC 3416 a wrong one has."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digigate.services.snmp import ber
from digigate.services.snmp.tree import ErrorStatus
from digigate.services.snmp.writing.refusal import Refusal
from digigate.services.snmp.writing.values import line, number


def test_a_number_of_those_allowed_is_taken() -> None:
    assert number(ber.integer(1), (0, 1)) == 1
    assert number(b"\x02\x02\x00\x01", (0, 1)) == 1  # longer than it must be, and legal


def test_a_line_may_be_of_any_letters() -> None:
    assert line(ber.text("Zähler, bâtiment 3"), 32) == "Zähler, bâtiment 3"
    assert line(ber.text(""), 32) == ""


@pytest.mark.parametrize(
    ("value", "status"),
    [
        (ber.text("1"), ErrorStatus.WRONG_TYPE),
        (ber.integer(1, ber.GAUGE32), ErrorStatus.WRONG_TYPE),
        (ber.NOTHING, ErrorStatus.WRONG_TYPE),
        (b"\x02\x00", ErrorStatus.WRONG_ENCODING),
        (b"\x02\x05\x01", ErrorStatus.WRONG_ENCODING),
        (ber.integer(2**40), ErrorStatus.WRONG_LENGTH),
        (ber.integer(2), ErrorStatus.WRONG_VALUE),
        (ber.integer(-1), ErrorStatus.WRONG_VALUE),
    ],
)
def test_any_other_number_has_its_error(value: bytes, status: ErrorStatus) -> None:
    with pytest.raises(Refusal) as refused:
        number(value, (0, 1))
    assert refused.value.status is status


@pytest.mark.parametrize(
    ("value", "status"),
    [
        (ber.integer(1), ErrorStatus.WRONG_TYPE),
        (ber.tlv(ber.OPAQUE, b"Halle"), ErrorStatus.WRONG_TYPE),
        (ber.text("x" * 33), ErrorStatus.WRONG_LENGTH),
        (ber.tlv(ber.OCTETS, b"\xff\xfe"), ErrorStatus.WRONG_VALUE),
        (ber.text("two\nlines"), ErrorStatus.WRONG_VALUE),
        (ber.text("\0"), ErrorStatus.WRONG_VALUE),
    ],
)
def test_any_other_line_has_its_error(value: bytes, status: ErrorStatus) -> None:
    with pytest.raises(Refusal) as refused:
        line(value, 32)
    assert refused.value.status is status


def test_no_line_has_more_octets_than_a_display_string() -> None:
    with pytest.raises(Refusal) as refused:
        line(ber.text("é" * 200), 255)
    assert refused.value.status is ErrorStatus.WRONG_LENGTH


@given(st.binary(max_size=40))
def test_nothing_else_than_a_refusal_comes_of_any_octets(value: bytes) -> None:
    for read in (lambda: number(value, (0, 1)), lambda: line(value, 32)):
        try:
            read()
        except Refusal:
            continue
