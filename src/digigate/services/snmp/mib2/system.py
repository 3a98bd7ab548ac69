"""The group system (RFC 1213, RFC 3418): what this is, where, and whom to call."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from digigate.identity import GatewayModel
from digigate.services.snmp.ber import Oid, integer, object_id, text
from digigate.services.snmp.measures import PRODUCTS
from digigate.services.snmp.mib2.elements import ticks
from digigate.services.snmp.objects import Listing, Scalars
from digigate.services.snmp.tree import Table
from digigate.settings.sections import Settings

SYSTEM: Oid = (1, 3, 6, 1, 2, 1, 1)
PRODUCT: Oid = (*PRODUCTS, 1)
PRODUCT_IDS = {GatewayModel.M50: 50, GatewayModel.M70: 70}
TRANSPORT_AND_APPLICATION = 72
"""sysServices: the sum of 2^(L - 1) over the layers that are served."""
CONTACT, NAME, LOCATION = (*SYSTEM, 4), (*SYSTEM, 5), (*SYSTEM, 6)


@dataclass(frozen=True, slots=True)
class Resource:
    """One MIB that is served."""

    oid: Oid
    what: str


RESOURCES = (
    Resource((1, 3, 6, 1, 6, 3, 10, 3, 1, 1), "SNMP-FRAMEWORK-MIB: the architecture of SNMP"),
    Resource((1, 3, 6, 1, 6, 3, 11, 3, 1, 1), "SNMP-MPD-MIB: messages and their dispatch"),
    Resource((1, 3, 6, 1, 6, 3, 15, 2, 1, 1), "SNMP-USER-BASED-SM-MIB: users of SNMPv3"),
    Resource((1, 3, 6, 1, 6, 3, 1), "SNMPv2-MIB: the agent itself"),
    Resource((1, 3, 6, 1, 2, 1, 31), "IF-MIB: network interfaces"),
    Resource((1, 3, 6, 1, 2, 1, 4), "IP-MIB (as RFC 1213): IP and ICMP"),
    Resource((1, 3, 6, 1, 2, 1, 49), "TCP-MIB (as RFC 1213): TCP"),
    Resource((1, 3, 6, 1, 2, 1, 50), "UDP-MIB (as RFC 1213): UDP"),
    Resource((1, 3, 6, 1, 4, 1, 4555), "SOCOMEC-DIRIS-PRODUCTS-MIB: the meters and the gateway"),
)


def system(settings: Callable[[], Settings], uptime: Callable[[], int]) -> Sequence[Table]:
    """The scalars, and the table of what is served; `uptime` in hundredths of a second."""
    entries: Mapping[Oid, Resource] = {(number,): each for number, each in enumerate(RESOURCES, 1)}
    return (
        Scalars(
            {
                (*SYSTEM, 1): lambda: text(described(settings())),
                (*SYSTEM, 2): lambda: object_id(product(settings())),
                (*SYSTEM, 3): lambda: ticks(uptime()),
                CONTACT: lambda: text(settings().snmp.contact),
                NAME: lambda: text(settings().gateway.server),
                LOCATION: lambda: text(settings().snmp.location),
                (*SYSTEM, 7): lambda: integer(TRANSPORT_AND_APPLICATION),
                (*SYSTEM, 8): lambda: ticks(0),
            }
        ),
        Listing(
            (*SYSTEM, 9, 1),
            {
                2: lambda r: object_id(r.oid),
                3: lambda r: text(r.what),
                4: lambda _: ticks(0),
            },
            lambda: entries,
        ),
    )


def described(settings: Settings) -> str:
    """sysDescr: the name plate in one line."""
    identity = settings.gateway.identity()
    plate = f"SOCOMEC {identity.product_name}, {identity.order_code}, serial {identity.serial}"
    return f"{plate}, firmware digigate {identity.firmware}"


def product(settings: Settings) -> Oid:
    """sysObjectID."""
    return (*PRODUCT, PRODUCT_IDS[settings.gateway.model])
