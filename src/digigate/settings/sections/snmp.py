"""SNMP north (Annexe I-6): who may ask the agent, and who is told of what happens."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from digigate.settings.profiles import Access, Profile
from digigate.settings.sections.fields import (
    EVERYWHERE,
    Form,
    Host,
    Port,
    Secret,
    Section,
    Unit,
    reference,
)

CONFIDENTIAL = Access(view=Profile.ADMIN)
"""Seen only by those who may change it."""
PASSWORD_MIN, PASSWORD_MAX = 8, 16


class Authentication(StrEnum):
    """How SNMPv3 messages are signed; SHA-2 is more than the box has."""

    NONE = "none"
    MD5 = "md5"
    SHA = "sha"
    SHA256 = "sha256"
    SHA512 = "sha512"


class Privacy(StrEnum):
    """How SNMPv3 messages are sealed; keys longer than 128 bits are more than the box has."""

    NONE = "none"
    DES = "des"
    AES = "aes"
    AES192 = "aes192"
    AES256 = "aes256"


class TrapMode(StrEnum):
    """Whom notifications go to."""

    OFF = "off"
    BROADCAST = "broadcast"
    HOSTS = "hosts"


class TrapVersion(StrEnum):
    """The form of notifications."""

    V1 = "v1"
    V2C = "v2c"
    V3 = "v3"


Community = Annotated[
    str,
    Field(max_length=32, pattern=r"^[!-~]*$"),
    Form("at most 32 characters without blanks; empty = nobody"),
    CONFIDENTIAL,
]
User = Annotated[
    str, Field(max_length=32, pattern=r"^[!-~]+$"), Form("1 to 32 characters without blanks")
]
Password = Annotated[
    str,
    AfterValidator(reference),
    Secret(PASSWORD_MIN, PASSWORD_MAX),
    Form(f"a secret of {PASSWORD_MIN} to {PASSWORD_MAX} characters"),
]
Line = Annotated[
    str,
    Field(max_length=255, pattern=r"^[^\r\n\x00]*$"),
    Form("one line of at most 255 characters"),
]
Target = Annotated[
    str,
    Field(max_length=253, pattern=r"^[A-Za-z0-9._:-]*$"),
    Form("an address or a host name; empty = none"),
]
TargetPort = Annotated[int, Field(ge=1, le=65535)]


class SnmpTraps(Section):
    """Traps and informs: whom, how, and how often again."""

    mode: Annotated[TrapMode, Access()] = TrapMode.OFF
    host_1: Annotated[Target, Access()] = ""
    port_1: Annotated[TargetPort, Access()] = 162
    host_2: Annotated[Target, Access()] = ""
    port_2: Annotated[TargetPort, Access()] = 162
    version: Annotated[TrapVersion, Access()] = TrapVersion.V2C
    inform: Annotated[bool, Access()] = False
    """Ask for a receipt (v2c and v3) and send again until it comes."""
    community: Community = "public"
    minutes: Annotated[int, Field(ge=1, le=1440), Unit("min"), Access()] = 60
    """An alarm that lasts is told again after so long."""


class Snmp(Section):
    """The agent: its door, who may read and who may write, and its notifications."""

    host: Annotated[Host, Access()] = EVERYWHERE[0]
    port: Annotated[Port, Access()] = 161
    v1: Annotated[bool, Access()] = True
    v2c: Annotated[bool, Access()] = True
    v3: Annotated[bool, Access()] = True
    v1_read: Community = "public"
    v1_write: Community = "private"
    v2_read: Community = "publicV2"
    v2_write: Community = "privateV2"
    v3_auth: Annotated[Authentication, Access()] = Authentication.SHA
    v3_privacy: Annotated[Privacy, Access()] = Privacy.AES
    """Nothing is sealed that is not signed: without authentication this counts as none."""
    v3_read_user: Annotated[User, CONFIDENTIAL] = "reader"
    v3_write_user: Annotated[User, CONFIDENTIAL] = "writer"
    v3_read_password: Annotated[Password, Access()] = ""
    """A user without the password that the authentication asks for does not exist."""
    v3_write_password: Annotated[Password, Access()] = ""
    message_max: Annotated[int, Field(ge=1472, le=4096), Unit("octets"), Access()] = 4096
    """Longer requests are dropped unread, longer answers are shortened."""
    contact: Annotated[Line, Access()] = ""
    location: Annotated[Line, Access()] = ""
    authen_traps: Annotated[bool, Access()] = True
    """Tell managers of requests with wrong credentials."""
    traps: SnmpTraps = SnmpTraps()

    @model_validator(mode="after")
    def _readers_are_no_writers(self) -> Self:
        for reader, writer in (
            ("v1_read", "v1_write"),
            ("v2_read", "v2_write"),
            ("v3_read_user", "v3_write_user"),
        ):
            same = getattr(self, reader)
            if same and same == getattr(self, writer):
                raise ValueError(f"{reader} and {writer} are both {same!r}; give one another")
        return self
