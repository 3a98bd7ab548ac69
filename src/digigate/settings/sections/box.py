"""The box itself: its name plate and its clock."""

from typing import Annotated

from pydantic import AfterValidator, Field

from digigate.identity import GatewayModel, Identity
from digigate.settings.profiles import BY_OFFICER, Access, Profile
from digigate.settings.sections.fields import Form, Name, Section, known_zone


class Gateway(Section):
    """The name plate and names of this gateway (§6.1)."""

    model: Annotated[GatewayModel, Access(change=Profile.CYBER, reboot=True)] = GatewayModel.M70
    ble: Annotated[bool, Access(change=Profile.CYBER, reboot=True)] = False
    net_id: Annotated[int, Field(ge=0, le=0xFFFFFFFF), BY_OFFICER] = 0
    serial: Annotated[str, Field(pattern=r"^[0-9]{11}$"), Form("11 digits"), BY_OFFICER] = (
        "00000000000"
    )
    address: Annotated[int, Field(ge=1, le=247), Access()] = 1
    site: Annotated[Name, Access()] = "SITE"
    server: Annotated[Name, Access()] = "digigate"

    @property
    def unnamed(self) -> "Gateway":
        """Without its names, which change while every door stays open."""
        return self.model_copy(update={"site": "", "server": ""})

    def identity(self) -> Identity:
        """The name plate that these settings describe."""
        return Identity(self.model, self.ble, self.net_id, self.serial)


class Time(Section):
    """The gateway's clock."""

    zone: Annotated[
        str, AfterValidator(known_zone), Form("an IANA name such as Europe/Paris"), Access()
    ] = "UTC"
    slaves: Annotated[bool, Access()] = True
    """Set the slaves' clocks too (§15.2): after a step, when one returns, once a day."""
