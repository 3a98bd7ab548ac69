"""Notifications as octets, read by pysnmp's codec, which somebody else wrote."""

from typing import Any

import pytest
from pyasn1.codec.ber import decoder
from pysnmp.proto.api import v1, v2c

from digigate.services.snmp import ber
from digigate.services.snmp.ber import Oid
from digigate.services.snmp.pdu import INFORM, TRAP
from digigate.services.snmp.telling import pdus
from digigate.services.snmp.tree import Notification

PRODUCT: Oid = (1, 3, 6, 1, 4, 1, 4555, 10, 1, 70)
ALARM: Oid = (1, 3, 6, 1, 4, 1, 4555, 10, 90, 0, 7)
VALUE: Oid = (1, 3, 6, 1, 4, 1, 4555, 10, 40, 20, 1, 15, 3)
TOLD = Notification(ALARM, ((VALUE, ber.text("phases rotate")),))


def read(message: bytes, kind: Any) -> tuple[int, str, Any]:
    decoded, rest = decoder.decode(message, asn1Spec=kind.Message())
    assert rest == b""
    api = kind.apiMessage
    return int(decoded[0]), api.get_community(decoded).asOctets().decode(), api.get_pdu(decoded)


def test_a_trap_of_v2c_tells_when_what_and_the_rest() -> None:
    pdu = pdus.v2_pdu(TRAP, TOLD, 12_345, 77)
    version, community, read_pdu = read(pdus.community_message(1, "managers", pdu), v2c)
    assert (version, community) == (1, "managers")
    assert isinstance(read_pdu, v2c.TrapPDU)
    assert v2c.apiPDU.get_request_id(read_pdu) == 77
    bound = [(tuple(oid), value.prettyPrint()) for oid, value in v2c.apiPDU.get_varbinds(read_pdu)]
    assert bound == [
        (pdus.UPTIME, "12345"),
        (pdus.TRAP_OID, ".".join(map(str, ALARM))),
        (VALUE, "phases rotate"),
    ]


def test_an_inform_is_a_request() -> None:
    pdu = pdus.v2_pdu(INFORM, TOLD, 0, 2**31 - 1)
    _, _, read_pdu = read(pdus.community_message(1, "", pdu), v2c)
    assert isinstance(read_pdu, v2c.InformRequestPDU)
    assert v2c.apiPDU.get_request_id(read_pdu) == 2**31 - 1


def v1_trap(told: Notification, sender: str = "192.0.2.7") -> Any:
    version, _, pdu = read(pdus.community_message(0, "public", pdus.v1_pdu(told, 5, sender)), v1)
    assert version == 0
    return pdu


@pytest.mark.parametrize(
    ("oid", "enterprise", "generic", "specific"),
    [
        (ALARM, ALARM[:-2], 6, 7),
        ((1, 3, 6, 1, 4, 1, 4555, 1, 9), (1, 3, 6, 1, 4, 1, 4555, 1), 6, 9),
        (pdus.COLD_START, PRODUCT, 0, 0),
        (pdus.WARM_START, PRODUCT, 1, 0),
        (pdus.LINK_DOWN, PRODUCT, 2, 0),
        (pdus.LINK_UP, PRODUCT, 3, 0),
        (pdus.AUTHENTICATION_FAILURE, PRODUCT, 4, 0),
    ],
)
def test_v1_has_its_own_names(oid: Oid, enterprise: Oid, generic: int, specific: int) -> None:
    product = ((pdus.TRAP_ENTERPRISE, ber.object_id(PRODUCT)),)
    pdu = v1_trap(Notification(oid, product))
    assert tuple(v1.apiTrapPDU.get_enterprise(pdu)) == enterprise
    assert int(v1.apiTrapPDU.get_generic_trap(pdu)) == generic
    assert int(v1.apiTrapPDU.get_specific_trap(pdu)) == specific
    assert list(v1.apiTrapPDU.get_varbinds(pdu)) == []


def test_a_standard_trap_without_a_product_is_snmp_s_own() -> None:
    pdu = v1_trap(Notification(pdus.COLD_START))
    assert tuple(v1.apiTrapPDU.get_enterprise(pdu)) == pdus.STANDARD


@pytest.mark.parametrize(
    ("sender", "shown"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.8", "192.0.2.8"),
        ("2001:db8::1", "0.0.0.0"),
        ("fe80::1%eth0", "0.0.0.0"),
    ],
)
def test_v1_shows_the_address_that_it_leaves_with(sender: str, shown: str) -> None:
    assert v1.apiTrapPDU.get_agent_address(v1_trap(TOLD, sender)).prettyPrint() == shown


def test_uptime_begins_anew_after_497_days() -> None:
    pdu, _ = decoder.decode(pdus.v1_pdu(TOLD, 2**32 + 9, "192.0.2.7"), asn1Spec=v1.TrapPDU())
    assert int(v1.apiTrapPDU.get_timestamp(pdu)) == 9
