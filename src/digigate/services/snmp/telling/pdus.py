"""A notification as octets: Trap-PDU of v1 (RFC 1157 §4.1.6), of v2 and as an inform (RFC 3416)."""

import ipaddress

from digigate.services.snmp import ber
from digigate.services.snmp.ber import Oid
from digigate.services.snmp.pdu import TRAP_V1, response
from digigate.services.snmp.pdu import varbind as packed_varbind
from digigate.services.snmp.tree import Notification

V1, V2C = 0, 1
UPTIME: Oid = (1, 3, 6, 1, 2, 1, 1, 3, 0)
TRAP_OID: Oid = (1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0)
TRAP_ENTERPRISE: Oid = (1, 3, 6, 1, 6, 3, 1, 1, 4, 3, 0)
STANDARD: Oid = (1, 3, 6, 1, 6, 3, 1, 1, 5)
"""snmpTraps: what v1 calls generic."""
COLD_START, WARM_START, LINK_DOWN, LINK_UP, AUTHENTICATION_FAILURE = (
    (*STANDARD, number) for number in range(1, 6)
)
ENTERPRISE_SPECIFIC = 6
NOWHERE = "0.0.0.0"  # noqa: S104 -- agent-addr where there is no IPv4 address
UPTIME_WRAPS = 2**32


def varbind(oid: Oid, value: bytes) -> bytes:
    """One variable binding; the value is a whole element."""
    return packed_varbind(ber.pack(oid), value)


def v2_pdu(kind: int, told: Notification, uptime: int, request: int) -> bytes:
    """SNMPv2-Trap-PDU or InformRequest-PDU; `uptime` in hundredths of a second."""
    bound = (
        (UPTIME, _ticks(uptime)),
        (TRAP_OID, ber.object_id(told.oid)),
        *told.varbinds,
    )
    return response(ber.integer(request), b"".join(varbind(*each) for each in bound), kind=kind)


def v1_pdu(told: Notification, uptime: int, sender: str) -> bytes:
    """Trap-PDU of v1 by the rules of RFC 3584 §3.2; `sender` is the address that it leaves with.

    snmpTrapEnterprise.0 is what v1 has a field for, so it is no varbind here.
    """
    enterprise, generic, specific = v1_names(told)
    bound = (varbind(*each) for each in told.varbinds if each[0] != TRAP_ENTERPRISE)
    return ber.tlv(
        TRAP_V1,
        enterprise
        + ber.tlv(ber.IP_ADDRESS, _packed(sender))
        + ber.integer(generic)
        + ber.integer(specific)
        + _ticks(uptime)
        + ber.tlv(ber.SEQUENCE, b"".join(bound)),
    )


def v1_names(told: Notification) -> tuple[bytes, int, int]:
    """What a notification is called in v1: enterprise (a whole element), generic, specific."""
    head, last = told.oid[:-1], told.oid[-1]
    if head == STANDARD:
        named = dict(told.varbinds).get(TRAP_ENTERPRISE)
        return named or ber.object_id(STANDARD), last - 1, 0
    enterprise = head[:-1] if head[-1] == 0 else head
    return ber.object_id(enterprise), ENTERPRISE_SPECIFIC, last


def community_message(version: int, community: str, pdu: bytes) -> bytes:
    """A message of v1 or v2c."""
    return ber.tlv(ber.SEQUENCE, ber.integer(version) + ber.text(community) + pdu)


def _ticks(uptime: int) -> bytes:
    return ber.integer(uptime % UPTIME_WRAPS, ber.TIMETICKS)


def _packed(sender: str) -> bytes:
    address = ipaddress.ip_address(sender.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        address = address.ipv4_mapped or ipaddress.IPv4Address(NOWHERE)
    return address.packed
