"""`clocks`, `clocks.set`: how right the slaves' clocks are, and set them now (§15.2)."""

from datetime import datetime

from digigate.bus.clocks import SlaveClock, SlaveClocks
from digigate.commands import Arguments, Command, Commands, Json
from digigate.settings.profiles import ADMINISTRATORS, EVERYBODY


def enter_slave_clocks(commands: Commands, clocks: SlaveClocks) -> None:
    """Tell of the slaves' clocks, or set all of them."""

    async def tell(_: Arguments) -> Json:
        return {str(unit): _told(known) for unit, known in sorted(clocks.plan.known.items())}

    async def set_all(_: Arguments) -> Json:
        clocks.set_all()
        return {"due": sorted(clocks.plan.known)}

    commands.add(Command("clocks", Arguments, tell, EVERYBODY, audited=False))
    commands.add(Command("clocks.set", Arguments, set_all, ADMINISTRATORS))


def _told(known: SlaveClock) -> Json:
    last: datetime | None = known.last_set
    return {
        "set": last.isoformat() if last else None,
        "before": known.before,
        "after": known.after,
        "due": known.due,
        "reason": known.reason,
    }
