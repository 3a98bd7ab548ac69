"""What the cyber-security officer allows (§11.3.2)."""

from typing import Annotated, Literal

from pydantic import Field

from digigate.settings.profiles import BY_OFFICER
from digigate.settings.sections.fields import Form, Section, Unit

Switch = Annotated[bool, BY_OFFICER]


class Policy(Section):
    """Every switch of the tab "security policy"; each acts at once."""

    banner: Switch = False
    """The legal banner stands on the login page."""
    banner_text: Annotated[
        str,
        Field(max_length=2000),
        Form("at most 2000 characters; empty = our own text"),
        BY_OFFICER,
    ] = ""
    password_rule: Annotated[Literal["factory", "nist"], BY_OFFICER] = "factory"  # noqa: S105
    """`factory`: composition and yearly change (§5); `nist`: length and a blocklist."""
    login_tries: Annotated[int, Field(ge=1, le=20), BY_OFFICER] = 3
    """Failed logins that lock a profile."""
    lock_minutes: Annotated[int, Field(ge=1, le=1440), Unit("min"), BY_OFFICER] = 60
    session_minutes: Annotated[int, Field(ge=1, le=1440), Unit("min"), BY_OFFICER] = 15
    """A session that is idle for so long ends; Totem's does not (§11.1)."""
    session_hours: Annotated[int, Field(ge=1, le=168), Unit("h"), BY_OFFICER] = 12
    """No session lasts longer, however busy; Totem's does."""
    sessions: Annotated[int, Field(ge=1, le=64), BY_OFFICER] = 16
    """Sessions that may be open at once."""
    api_tokens: Switch = True
    """Programs may use the API with a token instead of a session."""
    audit_days: Annotated[int, Field(ge=7, le=3650), Unit("d"), BY_OFFICER] = 365
    """How long the audit log is kept."""
    usb: Switch = True
    """The USB port may be used."""
    ble: Switch = False
    """Bluetooth LE may be used (§9: the function itself does not exist yet)."""
    rs485_slave: Switch = True
    """The RS485 port may answer a master."""
    modbus_writing: Switch = True
    """Clients may change something in the slaves or in the gateway by Modbus."""
    snmp: Switch = True
    """The SNMP agent may run."""
    bacnet: Switch = True
    """The BACnet server may run."""
    cloud: Switch = True
    """Measurements may be pushed to a cloud."""
    ftps_required: Switch = False
    """Files leave by FTPS only."""
    smtps_required: Switch = False
    """Mails leave by SMTPS only."""
