"""Which loads a device has: what its load settings say, in words, with the names that it keeps."""

from collections.abc import Awaitable, Callable, Hashable, Iterable
from contextlib import suppress
from dataclasses import dataclass

from digigate.bus.requests import Priority, Requests
from digigate.catalogue import Model, Point, Value, decode
from digigate.catalogue.loadtypes import LOAD_TYPES
from digigate.errors import SlaveException
from digigate.settings.topology import Load

Ask = Callable[[int, int], Awaitable[bytes]]
"""`ask(start, count)`: the words of these holding registers of the device."""


@dataclass(frozen=True, slots=True)
class Wired:
    """How the device says that one load is wired; `type` is empty where it does not say."""

    enabled: bool
    type: str = ""


def asking(
    door: Requests, unit: int, priority: Priority = Priority.CLIENT, client: Hashable = None
) -> Ask:
    """How to read holding registers of one slave behind a door down."""

    async def ask(start: int, count: int) -> bytes:
        pdu = b"\x03" + start.to_bytes(2, "big") + count.to_bytes(2, "big")
        return (await door.request(unit, pdu, priority, client))[2:]

    return ask


async def read_loads(ask: Ask, model: Model, known: Iterable[Load] = ()) -> tuple[Load, ...]:
    """The loads that the device has enabled: those of `known` in their order, then new ones.

    Names and usages of `known` stay; where there is no name, the device's own counts. A model
    without load settings has all its loads, unless its load status says otherwise.

    Raises:
        SlaveTimeout: the device does not answer.
        LineDown: nor does the line.
    """
    former = {load.number: load for load in known}
    others = (n for n in range(1, model.loads.count + 1) if n not in former)
    found = []
    for number in (*former, *others):
        wired = await read_wiring(ask, model, number)
        if wired.enabled:
            load = former.get(number, Load(number=number))
            found.append(await _told(ask, model, load, wired))
    return tuple(found)


async def read_wiring(ask: Ask, model: Model, number: int) -> Wired:
    """One load as its settings say, or its status where the device has or tells none."""
    if number > model.loads.count:
        return Wired(enabled=False)
    enabled, type_ = (_register(model, f"load-settings.{n}", number) for n in ("enabled", "type"))
    try:
        if enabled is not None:
            return await _settings(ask, enabled, type_)
    except SlaveException:
        pass  # an older firmware without these registers: its status is asked instead
    return Wired(enabled=await _status(ask, model, number))


async def _settings(ask: Ask, enabled: Point, type_: Point | None) -> Wired:
    if type_ is None:
        return Wired(bool(await _value(ask, enabled)))
    if type_.address != enabled.address + enabled.words:
        return Wired(bool(await _value(ask, enabled)), _word(await _value(ask, type_)))
    data = await ask(enabled.address, enabled.words + type_.words)
    code = decode(data[2 * enabled.words :], type_.type)
    return Wired(bool(decode(data, enabled.type)), _word(code))


async def _status(ask: Ask, model: Model, number: int) -> bool:
    status = _register(model, "instant.load_status", number)
    try:
        return status is None or bool(await _value(ask, status))
    except SlaveException:
        return True


async def _told(ask: Ask, model: Model, load: Load, wired: Wired) -> Load:
    update = {"type": wired.type or load.type}
    kept = _register(model, "load-name.name", load.number)
    if not load.name and kept is not None:
        with suppress(SlaveException):  # a device that keeps no names
            update["name"] = printable(await _value(ask, kept))
    return load.model_copy(update=update)


def _register(model: Model, name: str, number: int) -> Point | None:
    found = model.named.get(f"{name}/load{number}")
    return found if isinstance(found, Point) else None


async def _value(ask: Ask, point: Point) -> Value | None:
    return decode(await ask(point.address, point.words), point.type)


def _word(code: Value | None) -> str:
    if not isinstance(code, int) or not 1 <= code <= len(LOAD_TYPES):
        return ""
    return LOAD_TYPES[code - 1]


def printable(value: Value | None) -> str:
    """What fits a name of the text that a device keeps."""
    text = value if isinstance(value, str) else ""
    return "".join(c for c in text if c.isprintable()).strip()[:32]
