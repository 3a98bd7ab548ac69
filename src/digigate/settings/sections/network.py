"""The pages' server."""

from typing import Annotated

from digigate.settings.profiles import BY_OFFICER, Access
from digigate.settings.sections.fields import EVERYWHERE, Form, Host, HostName, Port, Section


class Web(Section):
    """HTTPS server (§11)."""

    host: Annotated[Host, Access()] = EVERYWHERE[0]
    https_port: Annotated[Port, Access()] = 443
    http_port: Annotated[Port | None, Access()] = 80
    """Plain port that only redirects to HTTPS; None = closed."""
    hosts: Annotated[tuple[HostName, ...], Form("a list of host names"), BY_OFFICER] = ()
    """Names under which browsers may ask for this server, beside its addresses."""
    own_certificate: Annotated[bool, BY_OFFICER] = False
    """Serve the uploaded certificate; without one, and its key, this cannot be set (§11.3.3)."""
