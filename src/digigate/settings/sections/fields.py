"""What all sections are made of: their base and the types of their fields."""

import ipaddress
import re
from dataclasses import dataclass
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

REFERENCE = r"vault:settings\.[a-z0-9_.]{1,80}-[0-9a-f]{8}"
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 -- a gateway serves its network


@dataclass(frozen=True, slots=True)
class Unit:
    """What a number counts: `s`, `Bd`, `kbit/s`."""

    symbol: str


@dataclass(frozen=True, slots=True)
class Form:
    """What may be written, in English, where the type alone says too little."""

    text: str


@dataclass(frozen=True, slots=True)
class Secret:
    """Marks a field whose value lies in the vault; the field holds only a reference."""

    shortest: int = 0
    longest: int = 1000


def reference(text: str) -> str:
    """Refuse a secret in clear, and a reference to what is no setting's."""
    if text and not re.fullmatch(REFERENCE, text):
        raise ValueError(
            "write no secret into the file: give it by `digigate settings set`, then the vault"
            " keeps it and the file only its name"
        )
    return text


def own_address(host: str) -> str:
    """Refuse what is no address of a machine."""
    if host != "localhost":
        try:
            ipaddress.ip_address(host)
        except ValueError:
            raise ValueError(
                f"{host!r} is no address; write one of this machine's, or 0.0.0.0 for all"
            ) from None
    return host


def plugged(port: str) -> str:
    """Refuse what is neither a device path nor `socket://host:port`."""
    if port and not port.startswith("/") and not re.fullmatch(r"socket://[^/\s]+:[0-9]{1,5}", port):
        raise ValueError(
            f"{port!r} is no port; write a device path such as /dev/ttyUSB0, or socket://host:port"
        )
    return port


def known_zone(name: str) -> str:
    """Refuse what is no IANA zone."""
    if name not in available_timezones():
        raise ValueError(f"unknown time zone {name!r}; write an IANA name such as Europe/Paris")
    return name


SecretRef = Annotated[
    str, AfterValidator(reference), Secret(), Form("a secret of at most 1000 characters")
]
"""Empty, or `vault:settings.<path>-<8 digits>`; another number each time it is set, so that what
uses it starts anew."""
Port = Annotated[int, Field(ge=0, le=65535)]  # 0 = any free port
Host = Annotated[
    str, AfterValidator(own_address), Form("an address of this machine, 0.0.0.0 for all")
]
HostName = Annotated[str, Field(max_length=253, pattern=r"^[A-Za-z0-9._:-]+$")]
Name = Annotated[
    str,
    Field(max_length=32, pattern=r"^[^\r\n\x00]*$"),
    Form("one line of at most 32 characters"),
]


class Section(BaseModel):
    """Base of every section: immutable, and a misspelt field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")
