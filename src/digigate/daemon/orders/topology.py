"""`topology…`: tell, edit, compare, export and import the plan of the plant."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field

from digigate.bus import Bus
from digigate.catalogue import Catalogue
from digigate.commands import Arguments, Command, Commands, Json
from digigate.settings import KeptTopology, Problem, Topology, TopologyFile, editing
from digigate.settings.difference import Change, difference
from digigate.settings.explaining import made
from digigate.settings.file import written
from digigate.settings.profiles import ADMINISTRATORS
from digigate.settings.topology import BusName, Device

A = TypeVar("A", bound=Arguments)
Address = Annotated[int, Field(ge=1, le=247)]


class OfDevice(Arguments):
    """Which device."""

    address: Address


class OfLoad(OfDevice):
    """Which load of it."""

    load: Annotated[int, Field(ge=1)]


class Adding(OfDevice):
    """A device by hand; without a bus the model's usual one, without loads all of the model."""

    model: str
    bus: BusName | None = None
    name: str = ""
    loads: tuple[int, ...] | None = None


class Moving(OfDevice):
    """Where a device, or one of its loads, comes to stand."""

    position: int
    load: int | None = None


class Naming(OfDevice):
    """Another name of a device."""

    name: str


class Loading(OfLoad):
    """Another name or usage of a load; None leaves it."""

    name: str | None = None
    usage: str | None = None


class Readdressing(OfDevice):
    """Where the entry goes."""

    to: int


class Maintaining(OfDevice):
    """Whether somebody works on the device."""

    on: bool


class Remodelling(OfDevice):
    """Another model."""

    model: str


class Export(Arguments):
    """As data, or as the text of the file."""

    form: Literal["data", "yaml"] = "data"


class Text(Arguments):
    """A topology as in its file; `name` is where people know it from."""

    text: str
    name: str = "topology.yaml"


@dataclass(frozen=True, slots=True)
class Planning:
    """What the orders of the topology work with."""

    plan: KeptTopology
    catalogue: Catalogue
    problems: Callable[[Topology], tuple[Problem, ...]]
    bus: Bus
    own_address: Callable[[], int]

    async def prepare(self, topology: Topology) -> None:
        """Read the maps that its devices need, lest the loop stands while they are unfolded."""
        keys = {device.model for device in topology.devices}
        await asyncio.to_thread(self.catalogue.unfold, keys)

    def apply(self, topology: Topology) -> Json:
        """Put it in force and tell what changed; raises as `KeptTopology.replace`."""
        changes = difference(self.plan.current, topology)
        self.plan.replace(topology)
        return {"changes": told(changes)}


def enter_topology(commands: Commands, planning: Planning) -> None:
    """Everything that is done to the topology without asking the field."""
    commands.add(Command("topology", Arguments, _shown(planning), ADMINISTRATORS, audited=False))
    commands.add(
        Command("topology.export", Export, _exported(planning), ADMINISTRATORS, audited=False)
    )
    commands.add(
        Command("topology.preview", Text, _previewed(planning), ADMINISTRATORS, audited=False)
    )
    commands.add(Command("topology.import", Text, _imported(planning), ADMINISTRATORS))
    _enter_edits(commands, planning)


def told(changes: tuple[Change, ...]) -> list[Any]:
    """Changes as JSON; `text` says each in words."""
    return [{**asdict(change), "text": str(change)} for change in changes]


def _enter_edits(commands: Commands, planning: Planning) -> None:
    def enter(name: str, takes: type[A], edit: Callable[[Topology, A], Topology]) -> None:
        async def act(asked: A) -> Json:
            await planning.prepare(edit(planning.plan.current, asked))
            return planning.apply(edit(planning.plan.current, asked))

        commands.add(Command(f"topology.{name}", takes, act, ADMINISTRATORS))

    catalogue = planning.catalogue
    enter("add", Adding, lambda t, asked: editing.add(t, _device(asked, catalogue)))
    enter("remove", OfDevice, lambda t, asked: editing.remove(t, asked.address))
    enter("move", Moving, _moved)
    enter("rename", Naming, lambda t, asked: editing.edit(t, asked.address, name=asked.name))
    enter("load", Loading, _loaded)
    enter("readdress", Readdressing, lambda t, a: editing.readdress(t, a.address, a.to))
    enter("maintenance", Maintaining, lambda t, a: editing.edit(t, a.address, maintenance=a.on))
    enter("confirm", OfDevice, lambda t, asked: _confirmed(t, asked.address, catalogue))
    enter("model", Remodelling, lambda t, asked: _remodelled(t, asked, catalogue))


def _device(asked: Adding, catalogue: Catalogue) -> Device:
    model = editing.model_named(asked.model, catalogue)
    usual = BusName.DIGIWARE if model.family.startswith("digiware") else BusName.RS485
    loads = (
        editing.all_loads(model)
        if asked.loads is None
        else editing.numbered_loads(model, asked.loads)
    )
    fields = {"address": asked.address, "model": model.key, "name": asked.name, "loads": loads}
    return made(Device, {**fields, "bus": asked.bus or usual})


def _moved(topology: Topology, asked: Moving) -> Topology:
    if asked.load is None:
        return editing.move(topology, asked.address, asked.position)
    return editing.move_load(topology, asked.address, asked.load, asked.position)


def _loaded(topology: Topology, asked: Loading) -> Topology:
    wanted = asked.model_dump(include={"name", "usage"}, exclude_none=True)
    return editing.edit_load(topology, asked.address, asked.load, **wanted)


def _confirmed(topology: Topology, address: int, catalogue: Catalogue) -> Topology:
    device = editing.found(topology, address)
    model = editing.model_named(device.model, catalogue)
    return editing.confirm(topology, address, model)


def _remodelled(topology: Topology, asked: Remodelling, catalogue: Catalogue) -> Topology:
    model = editing.model_named(asked.model, catalogue)
    return editing.remodel(topology, asked.address, model)


def _shown(planning: Planning) -> Callable[[Arguments], Awaitable[Json]]:
    async def show(_: Arguments) -> Json:
        topology = planning.plan.current
        states = {
            str(address): {"state": slave.state, "reason": slave.reason}
            for address, slave in planning.bus.slaves().items()
        }
        return {
            "topology": topology.model_dump(mode="json"),
            "states": states,
            "problems": [str(problem) for problem in planning.problems(topology)],
        }

    return show


def _exported(planning: Planning) -> Callable[[Export], Awaitable[Json]]:
    async def export(asked: Export) -> Json:
        plan = planning.plan.current
        return plan.model_dump(mode="json") if asked.form == "data" else written(plan)

    return export


def _previewed(planning: Planning) -> Callable[[Text], Awaitable[Json]]:
    async def preview(asked: Text) -> Json:
        topology = await asyncio.to_thread(_read, asked)
        return {
            "changes": told(difference(planning.plan.current, topology)),
            "problems": [str(problem) for problem in planning.problems(topology)],
        }

    return preview


def _imported(planning: Planning) -> Callable[[Text], Awaitable[Json]]:
    async def import_(asked: Text) -> Json:
        topology = await asyncio.to_thread(_read, asked)
        await planning.prepare(topology)
        return planning.apply(topology)

    return import_


def _read(asked: Text) -> Topology:
    """Raises SettingsError: one line per fault, with the line of the text and the field."""
    return TopologyFile(Path(asked.name)).read(asked.text)
