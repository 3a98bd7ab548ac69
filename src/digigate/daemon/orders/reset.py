"""`gateway.factory-reset`: everything that was configured is forgotten, then all starts anew."""

from collections.abc import Callable

from digigate.commands import Arguments, Caller, Command, Commands, ForCaller, Json
from digigate.daemon.resetting import mark
from digigate.settings.profiles import OFFICER
from digigate.state import StateDirectory


def enter_reset(commands: Commands, state: StateDirectory, reboot: Callable[[], None]) -> None:
    """The answer goes out before the services stop; from then on nothing holds the reset back."""

    async def order(_: Arguments, who: Caller) -> Json:
        mark(state, {"who": who.name, "client": who.client})
        reboot()
        return {"resetting": True}

    commands.add(Command("gateway.factory-reset", Arguments, ForCaller(order), OFFICER))
