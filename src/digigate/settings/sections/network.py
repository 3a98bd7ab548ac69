"""Pages and the firewall."""

from typing import Annotated, Literal

from pydantic import Field

from digigate.settings.profiles import Access, Profile
from digigate.settings.sections.fields import EVERYWHERE, Form, Host, HostName, Port, Section, Unit


class Web(Section):
    """HTTPS server (§11)."""

    host: Annotated[Host, Access()] = EVERYWHERE[0]
    https_port: Annotated[Port, Access()] = 443
    http_port: Annotated[Port | None, Access()] = None
    """Plain port that only redirects to HTTPS; None = closed."""
    hosts: Annotated[
        tuple[HostName, ...], Form("a list of host names"), Access(change=Profile.CYBER)
    ] = ()
    """Names under which browsers may ask for this server, beside its addresses."""


class Firewall(Section):
    """Limits per client address over all services (§11.3.5)."""

    kbits: Annotated[
        int, Field(ge=16, le=1_000_000), Unit("kbit/s"), Access(change=Profile.CYBER)
    ] = 20_000
    requests: Annotated[int, Field(ge=1, le=100_000), Unit("1/s"), Access(change=Profile.CYBER)] = (
        2_000
    )
    block_seconds: Annotated[Literal[30], Unit("s"), Access(change=Profile.CYBER)] = 30
    """How long who exceeds a limit gets no answer: fixed by §11.3.5."""
