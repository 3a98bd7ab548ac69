"""The codec against pyasn1, which somebody else wrote."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyasn1.codec.ber import decoder, encoder
from pyasn1.type import univ

from digigate.services.snmp import ber

ARCS = st.lists(st.integers(0, ber.ARC_MAX), min_size=1, max_size=100)


@given(st.integers(-(2**70), 2**70) | st.sampled_from([-(2**31), -129, -128, 127, 128, 2**31]))
def test_integers_are_read_by_pyasn1_as_they_were_written(value: int) -> None:
    written = ber.integer(value)
    assert decoder.decode(written) == (value, b"")
    assert len(written) <= len(encoder.encode(univ.Integer(value)))  # its -128 is an octet too long


@given(st.binary(max_size=300))
def test_strings_are_written_as_pyasn1_writes_them(value: bytes) -> None:
    assert ber.tlv(ber.OCTETS, value) == encoder.encode(univ.OctetString(value))


@pytest.mark.parametrize("size", [0, 127, 128, 255, 256, 65535, 65536])
def test_a_length_is_read_as_it_was_written(size: int) -> None:
    data = ber.tlv(ber.OCTETS, bytes(size))
    assert ber.element(data, 0, len(data)) == (ber.OCTETS, len(data) - size, len(data))


@given(ARCS)
def test_object_identifiers_are_those_of_pyasn1(arcs: list[int]) -> None:
    oid = (1, 3, *arcs)
    assert ber.object_id(oid) == encoder.encode(univ.ObjectIdentifier(oid))
    assert ber.unpack(ber.pack(oid)) == oid


@given(st.binary(min_size=1, max_size=40))
def test_what_is_taken_for_an_object_identifier_is_one(content: bytes) -> None:
    try:
        arcs = ber.unpack(content)
    except ValueError:
        return
    if not any(
        content[at] == 0x80 and (at == 0 or content[at - 1] < 0x80) for at in range(len(content))
    ):
        assert tuple(decoder.decode(ber.tlv(ber.OBJECT_ID, content))[0]) == arcs


@pytest.mark.parametrize(
    "data",
    ["", "04", "0401", "0480", "0485000000000100", "0482ffff00", "0484ffffffff", "04ff"],
)
def test_what_is_cut_off_or_lies_is_refused(data: str) -> None:
    octets = bytes.fromhex(data)
    with pytest.raises(ValueError, match=r"cut off|as none can be"):
        ber.element(octets, 0, len(octets))


def test_too_many_and_too_great_arcs_are_refused() -> None:
    for content in (b"", b"\x2b\x80", b"\x2b" * 128, b"\x2b\x90\x80\x80\x80\x00"):
        with pytest.raises(ValueError, match=r"object identifier|beyond"):
            ber.unpack(content)
    with pytest.raises(ValueError, match="two arcs"):
        ber.pack((1,))
