"""Who the gateway is: block 50000, as every SOCOMEC device has it, and its settings."""

from collections.abc import Callable
from datetime import datetime

from digigate.catalogue import Value
from digigate.identity import GatewayModel, Identity
from digigate.services.modbus.own.sight import Moment
from digigate.services.modbus.own.told import Told, command, constant
from digigate.settings.sections.fields import EVERYWHERE

DIRIS = 400  # product range
TABLE_VERSION = 100  # x100
PRODUCT_IDS = {GatewayModel.M50: 60050, GatewayModel.M70: 60070}
"""Ours: no product id is published (facts/modbus gaps)."""


def versions(firmware: str) -> tuple[int, int, int]:
    """Major, minor, revision of a version such as `1.2.3` or `1.2.3rc1`; what is missing is 0."""
    parts = [_leading_number(part) for part in firmware.split(".")[:3]]
    major, minor, revision = (*parts, 0, 0, 0)[:3]
    return major, minor, revision


def _leading_number(text: str) -> int:
    digits = len(text) - len(text.lstrip("0123456789"))
    return int(text[:digits] or 0)


def hundredfold(identity: Identity) -> int:
    """The firmware version as block 50000 counts it: 102 for 1.2.3."""
    major, minor, _ = versions(identity.firmware)
    return major * 100 + minor


def _plate(tell: Callable[[Identity], Value], help_: str) -> Told:
    return Told(lambda now, _: tell(now.identity), help_)


def _version(part: int, help_: str) -> Told:
    return _plate(lambda identity: versions(identity.firmware)[part], help_)


IDENTIFICATION = {
    "soco_magic": constant("SOCO", "`SOCO`"),
    "product_range": constant(DIRIS, "400 = DIRIS"),
    "product_id": _plate(
        lambda identity: PRODUCT_IDS[identity.model], "60050 M-50, 60070 M-70; ours"
    ),
    "table_version": constant(TABLE_VERSION, "version of this table x 100"),
    "sw_version": _plate(hundredfold, "firmware version x 100"),
    "serial_aa_ss": _plate(
        lambda identity: int(identity.serial[0:4], 16), "serial number, digits 1-4; split ours"
    ),
    "serial_sst_l": _plate(
        lambda identity: int(identity.serial[4:8], 16), "serial number, digits 5-8; split ours"
    ),
    "serial_order": _plate(
        lambda identity: int(identity.serial[8:11]), "serial number, digits 9-11; split ours"
    ),
    "serial_reserve": constant(0, "spare"),
    "product_code": _plate(
        lambda identity: int(identity.order_code.replace(" ", ""), 16),
        "order code, one digit per nibble; ours",
    ),
    "custom_loaded": constant(0, "customised: no"),
    "ver_major": _version(0, "firmware version: major"),
    "ver_minor": _version(1, "firmware version: minor"),
    "ver_revision": _version(2, "firmware version: revision"),
    "ver_build": constant(0, "firmware version: build"),
    "build_date": constant(None, "not available"),
    "base_major": constant(0, "base: none"),
    "base_minor": constant(0, "base: none"),
    "base_revision": constant(0, "base: none"),
    "custom_major": constant(0, "customisation: none"),
    "custom_minor": constant(0, "customisation: none"),
    "product_vlo": constant("", "firmware reference: empty"),
    "custom_vlo": constant("", "customisation reference: empty"),
    "base_vlo": constant("", "base reference: empty"),
    "vendor_name": constant("SOCOMEC", "`SOCOMEC`"),
    "product_name": constant("DIRIS DIGIWARE", "`DIRIS DIGIWARE`"),
    "extended_name": _plate(
        lambda identity: f"DIGIWARE {identity.model}", "`DIGIWARE M-50` or `DIGIWARE M-70`"
    ),
    "resource_build2": constant(0, "second build number"),
    "net_id": _plate(lambda identity: identity.net_id, "NET ID"),
}


def _ip_address(now: Moment, _: int) -> str:
    host = now.settings.modbus_tcp.host
    return host if host not in EVERYWHERE and host.count(".") == 3 else "0.0.0.0"  # noqa: S104


_OF_THE_SYSTEM = "kept by the operating system: 0"
NETWORK = {
    "ip_address": Told(_ip_address, "address of the Modbus TCP server; 0 = all of the machine's"),
    "subnet_mask": constant("0.0.0.0", _OF_THE_SYSTEM),  # noqa: S104
    "gateway": constant("0.0.0.0", _OF_THE_SYSTEM),  # noqa: S104
    "dhcp_enable": constant(0, _OF_THE_SYSTEM),
}
MODBUS = {
    "slave_address": Told(
        lambda now, _: now.settings.gateway.address, "the gateway's own Modbus address"
    )
}
SNTP = {
    "activation": constant(0, "0 = off"),
    "server": constant("", "empty"),
}


def _local(tell: Callable[[datetime], int], help_: str) -> Told:
    return Told(lambda now, _: tell(now.local), help_)


CLOCK = {
    "day": _local(lambda time: time.day, "1-31, in the gateway's zone"),
    "month": _local(lambda time: time.month, "1-12"),
    "year": _local(lambda time: time.year, "four digits"),
    "hour": _local(lambda time: time.hour, "0-23"),
    "minute": _local(lambda time: time.minute, "0-59"),
    "second": _local(lambda time: time.second, "0-59"),
}
CLOCK_EXTENDED = CLOCK | {
    "millisecond": Told(lambda now, _: now.local.microsecond // 1000 / 1000, "0-999 ms")
}
COMMANDS = {
    "addressing": {"action": command("writing re-addressed a real M-70; always refused (03)")},
    "action": {"action": command("161 save, 178 reboot, 229 factory reset")},
    "blink": {"action": command("1 = the gateway's ON lamp blinks for ten seconds")},
    "usb-function": {"function": command("made a real M-70 unreachable; always refused (03)")},
    "lock": {
        "code_to_submit": command("1000 unlocks for five minutes what needs it"),
        "delocker_id": command("taken and ignored"),
    },
}
