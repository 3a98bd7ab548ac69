"""What people do to a topology by hand: each edit makes another topology or says what to do."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from digigate.catalogue import Catalogue, Certainty, Model
from digigate.catalogue.identification import squeezed
from digigate.errors import SettingsError
from digigate.settings.agreement import unknown_model
from digigate.settings.explaining import made
from digigate.settings.topology import DEVICES_MAX, LOADS_MAX, Device, Load, Topology

ADDRESS_MAX = 247
T = TypeVar("T")


def model_named(text: str, catalogue: Catalogue) -> Model:
    """The model that people mean: its key, or what is left of it in print: `I-35`, `diris b30`.

    Raises:
        SettingsError: no model or several; the text names what is near.
    """
    if text in catalogue.models:
        return catalogue.models[text]
    wanted = squeezed(text)
    keys = {key: squeezed(key) for key in catalogue.models}
    exact = [key for key, known in keys.items() if known == wanted]
    ends = exact or [key for key, known in keys.items() if wanted and known.endswith(wanted)]
    if len(ends) == 1:
        return catalogue.models[ends[0]]
    if ends:
        raise SettingsError(f"model {text!r} may be {' or '.join(sorted(ends))}: write which")
    raise SettingsError(unknown_model(text, catalogue))


def all_loads(model: Model) -> tuple[Load, ...]:
    """Every load that the model can have, for a device that has not been asked yet."""
    return tuple(Load(number=number) for number in range(1, model.loads.count + 1))


def numbered_loads(model: Model, numbers: Iterable[int]) -> tuple[Load, ...]:
    """These loads of a model; raises SettingsError for one that it cannot have."""
    return tuple(Load(number=_of_model(model, number)) for number in numbers)


def found(topology: Topology, address: int) -> Device:
    """The device at this address; raises SettingsError that says which there are."""
    device = topology.device(address)
    if device is None:
        known = ", ".join(str(d.address) for d in topology.devices) or "none"
        raise SettingsError(f"there is no device {address}; known: {known}")
    return device


def add(topology: Topology, device: Device) -> Topology:
    """With this device at the end.

    Raises:
        SettingsError: its address is taken, or the gateway is full.
    """
    _check_free(topology, device.address)
    if len(topology.devices) >= DEVICES_MAX:
        raise SettingsError(
            f"there are {DEVICES_MAX} devices, the most that this gateway can have (§6.2):"
            " remove one first"
        )
    return with_devices(topology, (*topology.devices, device))


def remove(topology: Topology, address: int) -> Topology:
    """Without this device."""
    gone = found(topology, address)
    return with_devices(topology, (d for d in topology.devices if d is not gone))


def move(topology: Topology, address: int, position: int) -> Topology:
    """With this device at a position, from 1, in the list."""
    device = found(topology, address)
    return with_devices(topology, _moved(topology.devices, device, position))


def edit(topology: Topology, address: int, **fields: object) -> Topology:
    """With other values of some fields of one device; its address and loads have their own edits.

    Raises:
        SettingsError: there is no such device, or a value is not allowed.
    """
    device = found(topology, address)
    return _put(topology, address, made(Device, {**device.model_dump(), **fields}))


def readdress(topology: Topology, address: int, to: int) -> Topology:
    """With the entry of one device at another address: the device itself is not written to."""
    device = found(topology, address)
    if address == to:
        return topology
    _check_free(topology, to)
    remote = (device.remote or address) if device.gateway else 0
    fields = {"address": to, "remote": 0 if remote == to else remote}
    return _put(topology, address, made(Device, {**device.model_dump(), **fields}))


def remodel(topology: Topology, address: int, model: Model) -> Topology:
    """With another model, whose map wants to be confirmed anew, and the loads that it can have."""
    device = found(topology, address)
    if device.model == model.key:
        return topology
    loads = tuple(load for load in device.loads if load.number <= model.loads.count)
    fields = {"model": model.key, "confirmed": False, "loads": loads or all_loads(model)}
    return _put(topology, address, device.model_copy(update=fields))


def identified(
    topology: Topology,
    address: int,
    model: Model,
    serial: str,
    net_id: int,
    loads: Iterable[Load],
) -> Topology:
    """With what the device at this address said of itself when it was asked.

    Raises:
        SettingsError: its loads are too many.
    """
    remodelled = remodel(topology, address, model)
    device = found(remodelled, address)
    fields = {
        "serial": serial or device.serial,
        "net_id": net_id or device.net_id,
        "loads": tuple(loads),
    }
    return _put(remodelled, address, device.model_copy(update=fields))


def confirm(topology: Topology, address: int, model: Model) -> Topology:
    """With the user's word that a register map of our own is right for this device.

    Raises:
        SettingsError: its map is not ours, so there is nothing to confirm.
    """
    if model.certainty is not Certainty.OURS:
        raise SettingsError(
            f"the register map of {model.name} is {model.certainty}: nothing is to be confirmed"
        )
    return edit(topology, address, confirmed=True)


def edit_load(topology: Topology, address: int, number: int, **fields: object) -> Topology:
    """With another name, usage or type of one load."""
    device = found(topology, address)
    load = made(Load, {**_load(device, number).model_dump(), **fields})
    loads = tuple(load if each.number == number else each for each in device.loads)
    return _put(topology, address, device.model_copy(update={"loads": loads}))


def move_load(topology: Topology, address: int, number: int, position: int) -> Topology:
    """With one load at a position, from 1, among those of its device."""
    device = found(topology, address)
    loads = _moved(device.loads, _load(device, number), position)
    return _put(topology, address, device.model_copy(update={"loads": loads}))


def with_loads(topology: Topology, address: int, loads: Iterable[Load]) -> Topology:
    """With these loads of one device.

    Raises:
        SettingsError: they would be more than the gateway can have.
    """
    device = found(topology, address).model_copy(update={"loads": tuple(loads)})
    return _put(topology, address, device)


def with_devices(topology: Topology, devices: Iterable[Device]) -> Topology:
    """With these devices, checked as a whole.

    Raises:
        SettingsError: two share an address, or they or their loads are too many.
    """
    listed = tuple(devices)
    loads = sum(len(device.loads) for device in listed)
    if loads > LOADS_MAX:
        raise SettingsError(
            f"that would be {loads} loads; this gateway can have {LOADS_MAX} (§6.2):"
            " remove a device, or list fewer loads of one"
        )
    return made(Topology, {**topology.model_dump(exclude={"devices"}), "devices": listed})


def free_address(taken: Iterable[int], from_: int = 1) -> int | None:
    """The next address from there on that nobody has, from 1 again after the last."""
    used = set(taken)
    around = (*range(from_, ADDRESS_MAX + 1), *range(1, from_))
    return next((address for address in around if address not in used), None)


def _check_free(topology: Topology, address: int) -> None:
    there = topology.device(address)
    if there is None:
        return
    free = free_address((d.address for d in topology.devices), address)
    raise SettingsError(
        f"address {address} is taken by {there.name or there.model};"
        f" addresses are unique over both buses: {free} is free"
    )


def _put(topology: Topology, address: int, device: Device) -> Topology:
    return with_devices(
        topology, (device if each.address == address else each for each in topology.devices)
    )


def _load(device: Device, number: int) -> Load:
    load = next((each for each in device.loads if each.number == number), None)
    if load is None:
        known = ", ".join(str(each.number) for each in device.loads) or "none"
        raise SettingsError(f"device {device.address} has no load {number}; known: {known}")
    return load


def _of_model(model: Model, number: int) -> int:
    if not 1 <= number <= model.loads.count:
        raise SettingsError(
            f"{model.name} has {model.loads.count} loads; there is no load {number}"
        )
    return number


def _moved(members: Sequence[T], member: T, position: int) -> tuple[T, ...]:
    if not 1 <= position <= len(members):
        raise SettingsError(f"position {position} is not there; write 1 .. {len(members)}")
    others = [each for each in members if each is not member]
    others.insert(position - 1, member)
    return tuple(others)
