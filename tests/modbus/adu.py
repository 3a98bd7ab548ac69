"""Frames written and read by hand, independently of the code under test."""


def adu(transaction: int, unit: int, pdu: bytes) -> bytes:
    """A PDU behind its MBAP header."""
    head = transaction.to_bytes(2, "big") + b"\0\0" + (1 + len(pdu)).to_bytes(2, "big")
    return head + bytes((unit,)) + pdu


def answers(octets: bytes) -> list[tuple[int, int, bytes]]:
    """Every whole frame as (transaction, unit, PDU).

    Raises:
        AssertionError: the octets do not end with a frame, or one is not Modbus.
    """
    found, at = [], 0
    while at < len(octets):
        assert octets[at + 2 : at + 4] == b"\0\0"
        end = at + 6 + int.from_bytes(octets[at + 4 : at + 6], "big")
        assert end <= len(octets)
        transaction = int.from_bytes(octets[at : at + 2], "big")
        found.append((transaction, octets[at + 6], octets[at + 7 : end]))
        at = end
    return found
