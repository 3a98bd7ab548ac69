"""`topology.gateway.…`: another gateway with all that hangs below it, by Modbus TCP (§11.2.1)."""

from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import Field

from digigate.bus.downstream import (
    Below,
    LeftOut,
    Progress,
    Step,
    connected,
    downstream,
    is_gateway,
    own_plate,
)
from digigate.bus.identification import Identified
from digigate.bus.remote import RemoteLine
from digigate.catalogue import Model
from digigate.commands import Arguments, Command, Commands, Json, Stream
from digigate.daemon.orders.topology import Planning, told
from digigate.errors import SettingsError
from digigate.identity import Identity
from digigate.settings import Topology
from digigate.settings.difference import difference
from digigate.settings.editing import model_named
from digigate.settings.explaining import made
from digigate.settings.joining import join, key_for, listed, map_addresses, part
from digigate.settings.profiles import ADMINISTRATORS
from digigate.settings.topology import Device, RemoteGateway

LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Joining(Arguments):
    """Where the gateway is, and where the addresses of its slaves go; see `map_addresses`."""

    host: str
    port: Annotated[int, Field(ge=1, le=65535)] = 502
    unit: Annotated[int, Field(ge=0, le=255)] = 255
    key: str = ""
    name: str = ""
    model: str = ""
    offset: int | None = None
    map: dict[int, int] = Field(default_factory=dict)
    apply: bool = True


class OfGateway(Arguments):
    """Which one."""

    key: str


class Again(OfGateway):
    """One to be asked again; `apply` false only tells what would change."""

    apply: bool = True


@dataclass(frozen=True, slots=True)
class Joiner:
    """What these orders work with."""

    planning: Planning
    identity: Callable[[], Identity]
    ports: Callable[[], Mapping[str, int]]


@dataclass(slots=True)
class _Haul:
    """What a search below a gateway has brought so far."""

    devices: list[Device] = field(default_factory=list)

    def take(self, step: Step) -> Json:
        """Note it and tell it."""
        match step:
            case Progress(asked, of, found):
                return {"step": "search", "asked": asked, "of": of, "found": found}
            case LeftOut(unit, reason):
                return {"step": "left out", "unit": unit, "reason": reason}
            case Below(device):
                self.devices.append(device)
                loads = len(device.loads)
                return {"step": "device", "unit": device.address, "model": device.model,
                        "name": device.name, "loads": loads}  # fmt: skip


def enter_gateways(commands: Commands, joiner: Joiner) -> None:
    """Add, refresh and remove gateways; the two first tell how their search goes."""
    planning = joiner.planning

    async def add(asked: Joining) -> AsyncGenerator[Json, None]:
        gateway = _gateway(asked, planning.plan.current, planning)
        _refuse_twice(gateway, planning.plan.current)
        async with connected(gateway) as line:
            who = await own_plate(line, gateway.unit, planning.catalogue)
            gateway = _recognised(gateway, who, joiner)
            yield {"step": "gateway", "key": gateway.key, "model": gateway.model}
            haul = _Haul()
            async for step in _search(line, gateway, planning):
                yield haul.take(step)
        yield _joined(gateway, haul.devices, asked, planning)

    async def refresh(asked: Again) -> AsyncGenerator[Json, None]:
        gateway = listed(planning.plan.current, asked.key)
        haul = _Haul()
        async with connected(gateway) as line:
            async for step in _search(line, gateway, planning):
                yield haul.take(step)
        again = Joining(host=gateway.host, apply=asked.apply)
        yield _joined(gateway, haul.devices, again, planning)

    async def remove(asked: OfGateway) -> Json:
        return planning.apply(part(planning.plan.current, asked.key))

    commands.add(Stream("topology.gateway.add", Joining, add, ADMINISTRATORS))
    commands.add(Stream("topology.gateway.refresh", Again, refresh, ADMINISTRATORS))
    commands.add(Command("topology.gateway.remove", OfGateway, remove, ADMINISTRATORS))


async def _search(
    line: RemoteLine, gateway: RemoteGateway, planning: Planning
) -> AsyncGenerator[Step, None]:
    model = planning.catalogue.models.get(gateway.model)
    known = planning.plan.current.behind(gateway.key)
    async for step in downstream(line, gateway.unit, model, planning.catalogue, known):
        yield step


def _gateway(asked: Joining, topology: Topology, planning: Planning) -> RemoteGateway:
    if asked.key and topology.gateway(asked.key):
        raise SettingsError(
            f"gateway {asked.key!r} is listed already: refresh it, or choose another key"
        )
    model = model_named(asked.model, planning.catalogue).key if asked.model else ""
    fields = {
        "key": asked.key or key_for(asked.name or asked.host, topology),
        "model": model,
        "name": asked.name,
        **asked.model_dump(include={"host", "port", "unit"}),
    }
    return made(RemoteGateway, fields)


def _refuse_twice(gateway: RemoteGateway, topology: Topology) -> None:
    for other in topology.gateways:
        if (other.host, other.port) == (gateway.host, gateway.port):
            raise SettingsError(
                f"{gateway.host}:{gateway.port} is gateway {other.key} already: refresh that one"
            )


def _recognised(gateway: RemoteGateway, who: Identified | None, joiner: Joiner) -> RemoteGateway:
    """With its model, as it says itself or as the user does."""
    if _is_self(gateway, who, joiner):
        raise SettingsError(f"{gateway.host}:{gateway.port} is this gateway itself")
    said = who.model if who else None
    if gateway.model:
        return gateway
    if said is None or not is_gateway(said):
        raise SettingsError(f"{_described(gateway, who, said)}: say which gateway with --model")
    return gateway.model_copy(update={"model": said.key})


def _described(gateway: RemoteGateway, who: Identified | None, said: Model | None) -> str:
    place = f"unit {gateway.unit} of {gateway.host}:{gateway.port}"
    if who is None:
        return f"{place} does not say who it is"
    if said is None:
        return f"{place} is {who.plate.words!r}, which is not in the catalogue"
    return f"{place} is {said.name}, which is no gateway"


def _is_self(gateway: RemoteGateway, who: Identified | None, joiner: Joiner) -> bool:
    if gateway.host in LOOPBACK:
        return gateway.port in joiner.ports().values()
    own = joiner.identity()
    same = who is not None and (who.plate.serial, who.net_id) == (own.serial, own.net_id)
    return same and bool(own.serial.strip("0") and own.net_id)


def _joined(
    gateway: RemoteGateway, found: Iterable[Device], asked: Joining, planning: Planning
) -> Json:
    """The last event: what changed, or would change."""
    former = planning.plan.current
    known = {d.remote or d.address: d for d in former.behind(gateway.key)}
    wanted = join(former, gateway, _placed(gateway, list(found), known, asked, planning))
    changes = told(difference(former, wanted))
    planning.plan.check(wanted)
    if asked.apply:
        planning.plan.replace(wanted)
    return {"step": "done", "changes": changes, "applied": asked.apply}


def _placed(
    gateway: RemoteGateway,
    found: list[Device],
    known: Mapping[int, Device],
    asked: Joining,
    planning: Planning,
) -> list[Device]:
    """The devices at their addresses here; those that were known stay as people have them."""
    former = planning.plan.current
    taken = {d.address for d in former.devices if d.gateway != gateway.key}
    taken.add(planning.own_address())
    units = [device.address for device in found]
    stay = {unit: known[unit].address for unit in units if unit in known}
    places = map_addresses(units, taken, asked.offset, stay | asked.map)
    return [_taken_over(device, places, known, gateway) for device in found]


def _taken_over(
    device: Device, places: Mapping[int, int], known: Mapping[int, Device], gateway: RemoteGateway
) -> Device:
    unit, address = device.address, places[device.address]
    update: dict[str, Any] = {
        "address": address,
        "remote": 0 if unit == address else unit,
        "gateway": gateway.key,
    }
    if (former := known.get(unit)) is not None:
        update["name"] = former.name or device.name
        update["maintenance"] = former.maintenance
        update["confirmed"] = device.confirmed or (
            former.confirmed and former.model == device.model
        )
    return device.model_copy(update=update)
