"""The types of MIB-II as whole elements; a number too great for its type is cut as that says."""

from digigate.services.snmp.ber import (
    COUNTER32,
    COUNTER64,
    GAUGE32,
    IP_ADDRESS,
    OCTETS,
    TIMETICKS,
    integer,
    tlv,
)

GREATEST = 2**32 - 1


def counter(value: int) -> bytes:
    """A Counter32, which begins anew after its greatest number."""
    return integer(value & GREATEST, COUNTER32)


def counter64(value: int) -> bytes:
    """A Counter64."""
    return integer(value, COUNTER64)


def gauge(value: int) -> bytes:
    """A Gauge32, which stays at its greatest number."""
    return integer(min(value, GREATEST), GAUGE32)


def ticks(value: int) -> bytes:
    """A TimeTicks, which begins anew after 497 days."""
    return integer(value & GREATEST, TIMETICKS)


def octets(value: bytes) -> bytes:
    """A string of octets as they are."""
    return tlv(OCTETS, value)


def address(quad: bytes) -> bytes:
    """An IpAddress."""
    return tlv(IP_ADDRESS, quad)
