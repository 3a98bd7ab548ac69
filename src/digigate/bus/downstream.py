"""Who hangs behind another gateway: asked of a digigate's own registers, else unit by unit."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from digigate.bus.identification import MAGIC, Identified, identify
from digigate.bus.loads import Ask, asking, printable, read_loads
from digigate.bus.plug import Plug
from digigate.bus.remote import RemoteLine
from digigate.bus.requests import Requests
from digigate.bus.status import SlaveState
from digigate.bus.trace import Frame
from digigate.catalogue import Catalogue, Group, Model, Point, Value, decode
from digigate.errors import LineDown, SlaveError, SlaveException, SlaveTimeout
from digigate.settings.topology import BusName, Device, Load, RemoteGateway
from digigate.watchers import Watchers

UNITS = range(1, 248)
AT_A_TIME = 8
"""Units asked together; the connection itself lets fewer out at a time."""
ONLINE = tuple(SlaveState).index(SlaveState.ONLINE)  # as a digigate's registers count
LOAD_MAX = 12
RS485 = tuple(BusName).index(BusName.RS485) + 1


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the search is."""

    asked: int
    of: int
    found: int


@dataclass(frozen=True, slots=True)
class Below:
    """A slave; its address is the unit under which the gateway has it."""

    device: Device


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something answers there that cannot be taken over."""

    unit: int
    reason: str


Step = Progress | Below | LeftOut


@asynccontextmanager
async def connected(gateway: RemoteGateway) -> AsyncGenerator[RemoteLine, None]:
    """A connection for a few questions; it is known that the gateway answers.

    Raises:
        LineDown: it cannot be reached or does not speak Modbus TCP; so do later questions.
    """
    line, plug = RemoteLine(gateway, Watchers[[Frame]]()), Plug.to(gateway)
    if plug.open is None:
        raise LineDown(plug.reason)
    port = await plug.open(line.heard)
    port.lost.add_done_callback(lambda lost: line.detach(_why(lost)))
    try:
        line.on_bug = port.fail
        line.attach(port.write)
        await _greeted(line, port.lost)
        yield line
    finally:
        line.detach("the questions are over")
        await port.close()


async def own_plate(line: Requests, unit: int, catalogue: Catalogue) -> Identified | None:
    """Who the gateway itself is; None where it does not say."""
    try:
        found = await identify(asking(line, unit), catalogue)
    except (SlaveException, SlaveTimeout):
        return None
    return found if found.plate.magic == MAGIC else None


def is_gateway(model: Model) -> bool:
    """Whether the manual lists the model among those that bring their topology along."""
    return model.library is not None and model.library.group is Group.GATEWAYS


async def downstream(
    line: Requests,
    unit: int,
    model: Model | None,
    catalogue: Catalogue,
    known: Iterable[Device] = (),
) -> AsyncGenerator[Step, None]:
    """Find the slaves of the gateway that is itself at `unit`; names of `known` loads stay.

    A known slave that is silent now is told as it was, unless the gateway lists its slaves.

    Raises:
        LineDown: the connection was lost.
    """
    former = {device.remote or device.address: device for device in known}
    listed = await _listed(asking(line, unit), model) if model else None
    search = _Search(line, unit, catalogue, former)
    if listed is None:
        async for step in search.by_asking():
            yield step
    else:
        async for step in search.by_list(listed):
            yield step


@dataclass(frozen=True, slots=True)
class _Listed:
    """A slave as a digigate's own registers tell it."""

    unit: int
    bus: BusName
    loads: tuple[Load, ...]
    net_id: int
    model: str
    name: str
    serial: str
    online: bool


class _Search:
    """One search below one gateway."""

    def __init__(
        self,
        line: Requests,
        unit: int,
        catalogue: Catalogue,
        known: dict[int, Device],
    ) -> None:
        self._line = line
        self._unit = unit
        self._catalogue = catalogue
        self._known = known

    async def by_asking(self) -> AsyncGenerator[Step, None]:
        """Ask every unit who it is."""
        units = [unit for unit in UNITS if unit != self._unit]
        found = 0
        for start in range(0, len(units), AT_A_TIME):
            some = units[start : start + AT_A_TIME]
            for step in await asyncio.gather(*map(self._asked, some)):
                found += isinstance(step, Below)
                if step is not None:
                    yield step
            yield Progress(start + len(some), len(units), found)

    async def by_list(self, listed: list[_Listed]) -> AsyncGenerator[Step, None]:
        """Take what the gateway lists; only what it does not tell is asked of the slaves."""
        found = 0
        for number, entry in enumerate(listed, 1):
            model = self._catalogue.models.get(entry.model)
            if model is None or entry.unit not in UNITS:
                reason = f"model {entry.model!r} is not in the catalogue"
                yield LeftOut(entry.unit, reason)
            else:
                found += 1
                yield Below(await self._of_list(entry, model))
            yield Progress(number, len(listed), found)

    async def _of_list(self, entry: _Listed, model: Model) -> Device:
        known = {load.number: load for load in entry.loads}
        known |= {load.number: load for load in self._loads(entry.unit)}
        try:
            loads = await read_loads(asking(self._line, entry.unit), model, known.values())
        except SlaveTimeout:  # a slave without supply: what the gateway says of it must do
            loads = tuple(known.values())
        return Device(
            address=entry.unit,
            bus=entry.bus,
            model=model.key,
            name=entry.name,
            serial=entry.serial,
            net_id=entry.net_id,
            confirmed=entry.online,  # it is polled there with this very map
            loads=loads,
        )

    async def _asked(self, unit: int) -> Step | None:
        ask = asking(self._line, unit)
        try:
            who = await identify(ask, self._catalogue)
            if who.model is None or who.plate.magic != MAGIC or is_gateway(who.model):
                return _stranger(unit, who)
            return Below(await self._of_plate(ask, unit, who, who.model))
        except LineDown:
            raise
        except SlaveException as error:
            return LeftOut(unit, f"it does not identify itself (exception {error.code:#04x})")
        except SlaveTimeout:
            return self._silent(unit)
        except SlaveError as error:
            return LeftOut(unit, str(error))

    async def _of_plate(self, ask: Ask, unit: int, who: Identified, model: Model) -> Device:
        usual = BusName.DIGIWARE if model.family.startswith("digiware") else BusName.RS485
        return Device(
            address=unit,
            bus=usual,
            model=model.key,
            serial=who.plate.serial,
            net_id=who.net_id,
            loads=await read_loads(ask, model, self._loads(unit)),
        )

    def _silent(self, unit: int) -> Step | None:
        known = self._known.get(unit)
        if known is None:
            return None
        return Below(known.model_copy(update={"address": unit, "remote": 0, "gateway": ""}))

    def _loads(self, unit: int) -> tuple[Load, ...]:
        known = self._known.get(unit)
        return known.loads if known else ()


def _stranger(unit: int, who: Identified) -> Step | None:
    if who.plate.magic != MAGIC:
        return LeftOut(unit, "it is no SOCOMEC device")
    if who.model is None:
        return LeftOut(unit, f"it is {who.plate.words!r}, which is not in the catalogue")
    return None  # the gateway itself, under another of its units


async def _listed(ask: Ask, model: Model) -> list[_Listed] | None:
    """What a digigate lists; None for any other gateway, which has no such registers."""
    registers = _Registers(ask, model)
    try:
        devices = await registers.read("gateway.device_count")
        loads = await registers.read("gateway.load_count")
        if not isinstance(devices, int) or not isinstance(loads, int):
            return None
        named = [_load(await registers.block(f"load[{n}]")) for n in range(1, loads + 1)]
        return [await _entry(registers, n, named) for n in range(1, devices + 1)]
    except (SlaveException, SlaveTimeout):
        return None


def _load(told: Mapping[str, Value | None]) -> tuple[int, Load]:
    """A load with the address of its slave."""
    number = max(1, min(_number(told, "number"), LOAD_MAX))
    load = Load(number=number, name=printable(told["name"]), type=printable(told["type"]))
    return _number(told, "device"), load


async def _entry(
    registers: "_Registers", number: int, loads: Iterable[tuple[int, Load]]
) -> _Listed:
    told = await registers.block(f"topology[{number}]")
    state = await registers.read(f"slave.state[{number}]")
    unit = _number(told, "address")
    return _Listed(
        unit,
        BusName.RS485 if _number(told, "bus") == RS485 else BusName.DIGIWARE,
        tuple(load for address, load in loads if address == unit),
        _number(told, "net_id"),
        printable(told["model"]),
        printable(told["name"]),
        printable(told["serial"]),
        state == ONLINE,
    )


def _number(told: Mapping[str, Value | None], leaf: str) -> int:
    value = told[leaf]
    return value if isinstance(value, int) else 0


class _Registers:
    """A gateway's own registers by their names in the catalogue."""

    def __init__(self, ask: Ask, model: Model) -> None:
        self._ask = ask
        self._model = model

    async def read(self, name: str) -> Value | None:
        """One register, or None where the model has none of this name."""
        point = self._model.named.get(name)
        if not isinstance(point, Point):
            return None
        return decode(await self._ask(point.address, point.words), point.type, point.scale)

    async def block(self, name: str) -> dict[str, Value | None]:
        """All registers of a block by their own names."""
        block = next(each for each in self._model.blocks if each.name == name)
        data = await self._ask(block.start, block.count)
        return {
            point.leaf: decode(data[2 * (point.address - block.start) :], point.type, point.scale)
            for point in self._model.points
            if point.block == name
        }


async def _greeted(line: RemoteLine, lost: asyncio.Future[str]) -> None:
    greeting = asyncio.ensure_future(line.greet())
    either: set[asyncio.Future[Any]] = {greeting, lost}
    try:
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    finally:
        greeting.cancel()
    if lost.done():
        raise LineDown(_why(lost))


def _why(lost: asyncio.Future[str]) -> str:
    error = None if lost.cancelled() else lost.exception()
    if error is not None:
        return str(error)
    return "the connection was given up" if lost.cancelled() else lost.result()
