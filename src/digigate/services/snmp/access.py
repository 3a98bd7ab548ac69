"""Who may ask the agent, by the setting's communities and users (Annexe I-3)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from digigate.services.snmp.usm import User
from digigate.settings.sections import Authentication, Snmp

V1, V2C, V3 = 0, 1, 3
"""Versions as messages number them."""


@dataclass(frozen=True, slots=True)
class Right:
    """What comes with a community or a user; `name` stands in the audit log."""

    name: str
    writes: bool


@dataclass(frozen=True, slots=True)
class Access:
    """Everybody who may ask."""

    versions: frozenset[int]
    communities: Mapping[tuple[int, bytes], Right]
    users: Mapping[bytes, User]
    rights: Mapping[bytes, Right]
    """Of the users, by name."""


def access(snmp: Snmp, engine: bytes, reveal: Callable[[str], str]) -> Access:
    """Everybody whom these settings let in.

    Raises:
        SettingsError: a password is lost.
    """
    versions = {V1: snmp.v1, V2C: snmp.v2c, V3: snmp.v3}
    communities = (
        (V1, snmp.v1_read, Right("v1 read community", writes=False)),
        (V1, snmp.v1_write, Right("v1 read/write community", writes=True)),
        (V2C, snmp.v2_read, Right("v2c read community", writes=False)),
        (V2C, snmp.v2_write, Right("v2c read/write community", writes=True)),
    )
    people = (
        (snmp.v3_read_user, snmp.v3_read_password, False),
        (snmp.v3_write_user, snmp.v3_write_password, True),
    )
    needed = snmp.v3_auth is not Authentication.NONE
    known = [each for each in people if snmp.v3 and (each[1] or not needed)]
    return Access(
        frozenset(version for version, on in versions.items() if on),
        {
            (version, text.encode()): right
            for version, text, right in communities
            if text and versions[version]
        },
        {
            name.encode(): User(
                name.encode(),
                reveal(password) if needed else "",
                snmp.v3_auth,
                snmp.v3_privacy,
                engine,
            )
            for name, password, _ in known
        },
        {name.encode(): Right(f"v3 user {name}", writes) for name, _, writes in known},
    )
