"""`topology.refresh`: ask devices who they are and which loads they have, and take it over."""

from collections.abc import AsyncGenerator
from typing import Annotated

from pydantic import Field

from digigate.bus import Bus
from digigate.bus.identification import MAGIC, identify
from digigate.bus.loads import asking, read_loads
from digigate.catalogue import Catalogue
from digigate.commands import Arguments, Commands, Json, Stream
from digigate.daemon.orders.topology import Planning, told
from digigate.errors import SettingsError, SlaveError
from digigate.settings import Topology, editing
from digigate.settings.difference import difference
from digigate.settings.profiles import ADMINISTRATORS


class Refreshing(Arguments):
    """One device or all; `apply` false only tells what would change."""

    address: Annotated[int, Field(ge=1, le=247)] | None = None
    apply: bool = True


def enter_refresh(commands: Commands, planning: Planning) -> None:
    """One event per device: what changed, or why it could not be asked."""

    async def refresh(asked: Refreshing) -> AsyncGenerator[Json, None]:
        for address in _asked_for(asked, planning.plan.current):
            try:
                yield {"address": address, "changes": await _refreshed(address, asked, planning)}
            except (SlaveError, SettingsError) as error:
                if asked.address is not None:
                    raise
                yield {"address": address, "error": str(error)}

    commands.add(Stream("topology.refresh", Refreshing, refresh, ADMINISTRATORS))


async def _refreshed(address: int, asked: Refreshing, planning: Planning) -> Json:
    while True:  # until nobody has edited the topology while the device was asked
        former = planning.plan.current
        wanted = await reread(former, address, planning.bus, planning.catalogue)
        if planning.plan.current is former:
            break
    if asked.apply:
        planning.plan.replace(wanted)
    return told(difference(former, wanted))


async def reread(topology: Topology, address: int, bus: Bus, catalogue: Catalogue) -> Topology:
    """The topology with what the device at this address says of itself now.

    Raises:
        SlaveError: it cannot be asked.
        SettingsError: it is nothing that the catalogue knows, or its loads do not fit.
    """
    device = editing.found(topology, address)
    ask = asking(bus, address, client=reread)
    who = await identify(ask, catalogue)
    if who.plate.magic != MAGIC:
        raise SettingsError(f"what answers at {address} is no SOCOMEC device: check the wiring")
    if who.model is None:
        raise SettingsError(
            f"device {address} identifies as {who.plate.words!r}, which the catalogue does not"
            " know: its loads cannot be read"
        )
    loads = await read_loads(ask, who.model, device.loads)
    return editing.identified(topology, address, who.model, who.plate.serial, who.net_id, loads)


def _asked_for(asked: Refreshing, topology: Topology) -> tuple[int, ...]:
    if asked.address is not None:
        return (editing.found(topology, asked.address).address,)
    return tuple(device.address for device in topology.devices)
