"""`gateway.reboot`: everything stops in order and starts anew in the same process."""

from collections.abc import Callable

from digigate.commands import Arguments, Command, Commands, Json
from digigate.settings.profiles import ADMINISTRATORS


def enter_reboot(commands: Commands, reboot: Callable[[], None]) -> None:
    """The answer goes out before the services stop."""

    async def order(_: Arguments) -> Json:
        reboot()
        return {"rebooting": True}

    commands.add(Command("gateway.reboot", Arguments, order, ADMINISTRATORS))
