"""The plain port as a service of its own: it only points to the HTTPS port (§5).

Whatever keeps it from being opened leaves the pages as they are.
"""

from contextlib import AsyncExitStack
from functools import partial

from digigate.errors import ListenError, SettingsError
from digigate.services.web.app import build_redirect
from digigate.services.web.connection import Limits
from digigate.services.web.doorman import Doorman
from digigate.services.web.hosts import own_names
from digigate.services.web.server import HTTPS, LIMITS, Ground, listening, running
from digigate.settings.sections import Web
from digigate.supervisor import Ready

HTTP = "http"


class Redirect:
    """Announces `http`."""

    def __init__(
        self, settings: Web, port: int, ground: Ground, *, limits: Limits = LIMITS
    ) -> None:
        self._settings = settings
        self._port = port
        self._ground = ground
        self._limits = limits

    async def run(self, ready: Ready) -> None:
        """Serve until cancelled.

        Raises:
            SettingsError: the port needs a right that we lack.
            ListenError: the port is taken, or the address is not there.
        """
        names, gate = own_names(self._settings.hosts), self._ground.gate
        spend = partial(gate.spend, service=HTTP)
        app = build_redirect(lambda: self._ground.ports.all().get(HTTPS), names, spend)
        place = self._settings.host, self._port
        async with AsyncExitStack() as stack:
            try:
                listener = stack.enter_context(listening(self._ground, *place, HTTP))
            except (ListenError, SettingsError) as error:
                raise type(error)(f"{error}; web.http_port: null closes it") from error
            server = await stack.enter_async_context(running(app))
            ready()
            await Doorman(self._limits).serve(listener, server, None)
