"""From what was found and what was known to the topology that counts: pure functions."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from digigate.bus.detection.plates import Slave
from digigate.bus.detection.report import Cause, Entry, Refusal, Sighting, Standing
from digigate.catalogue import Detection, Model
from digigate.settings.sections import DetectionMode
from digigate.settings.topology import (
    DEVICES_MAX,
    LOADS_MAX,
    BusName,
    Device,
    Load,
    Topology,
)

SLOW = 9600
SLOW_DEVICES_MAX = 10  # on RS485 at 9600 Bd or less (project manual, facts §5)
EVERYWHERE = "digiware-"  # families of modules that the manual has on both buses


@dataclass(frozen=True, slots=True)
class Limits:
    """What one gateway can carry (§6.2, facts §5)."""

    rs485_baudrate: int
    devices: int = DEVICES_MAX
    loads: int = LOADS_MAX

    @property
    def rs485_devices(self) -> int:
        """How many devices the RS485 bus carries at its speed."""
        return SLOW_DEVICES_MAX if self.rs485_baudrate <= SLOW else self.devices


def refusal(slave: Slave, mode: DetectionMode) -> Refusal | None:
    """Why a slave that answered is not looked for; None where it is."""
    model = slave.model
    if model is None:
        return _refused(slave, Cause.STRANGER, f"{slave.name} is none of the models that we know")
    if model.family.startswith(EVERYWHERE):
        return None
    if slave.bus is not BusName.RS485:
        reason = f"{model.name} belongs on RS485; the Digiware bus has Digiware modules only"
        return _refused(slave, Cause.WRONG_BUS, reason)
    if mode is DetectionMode.FAST and model.detection is not Detection.FAST:
        return _refused(slave, Cause.MODE, f"FAST does not look for {model.name}; use COMPLETE")
    return None


def is_complete_only(model: Model) -> bool:
    """Whether only COMPLETE finds the model."""
    return not model.family.startswith(EVERYWHERE) and model.detection is not Detection.FAST


def pairs(known: Iterable[Device], found: Iterable[Slave]) -> dict[Slave, Device]:
    """Which slave is which device of the former topology: by NET ID or serial number first, then
    by address and model, for another device of the model may sit there now.
    """
    free, paired = list(known), dict[Slave, Device]()
    for alike in (_same_device, _same_seat):
        for slave in found:
            if slave not in paired:
                device = next((device for device in free if alike(slave, device)), None)
                if device is not None:
                    paired[slave] = device
                    free.remove(device)
    return paired


def _same_device(slave: Slave, device: Device) -> bool:
    if slave.model is None or device.model != slave.model.key:
        return False
    if slave.net_id and device.net_id:
        return slave.net_id == device.net_id
    return bool(slave.serial) and slave.serial == device.serial


def _same_seat(slave: Slave, device: Device) -> bool:
    was = (slave.bus, slave.moved or slave.address)
    return (
        slave.model is not None
        and was == (device.bus, device.address)
        and (device.model == slave.model.key)
    )


@dataclass(slots=True)
class Settled:
    """The topology of one search, and what became of whom."""

    topology: Topology
    entries: list[Entry] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    displaced: list[Device] = field(default_factory=list)
    """Former devices whose address another slave has now."""


def settle(
    former: Topology,
    paired: Mapping[Slave, Device],
    found: Collection[Slave],
    stay: Mapping[int, Standing],
    limits: Limits,
) -> Settled:
    """The former devices in their order, then the new ones by bus and address.

    `found` is who is wanted in; `stay` has the addresses of former devices that stay though they
    are not among them. What is beyond the limits is refused.
    """
    settled = Settled(former)
    by_device = {device.address: slave for slave, device in paired.items()}
    taken = {slave.address for slave in found}
    room = _Room(limits)
    devices: list[Device] = []
    for device in former.devices:
        slave = by_device.get(device.address)
        if slave is not None:
            _enter(settled, devices, room, _renewed(device, slave), slave, _standing(device, slave))
        elif device.address in stay and device.address in taken:
            settled.displaced.append(device)
        elif device.address in stay:
            _enter(settled, devices, room, device, None, stay[device.address])
    for slave in sorted(found, key=lambda s: (list(BusName).index(s.bus), s.address)):
        if slave not in paired:
            _enter(settled, devices, room, _fresh(slave), slave, Standing.NEW)
    settled.topology = former.model_copy(update={"devices": tuple(devices)})
    return settled


def include(former: Topology, slave: Slave, limits: Limits) -> Settled:
    """The former topology with one slave more, or with a device of it where it answers now."""
    found = [slave] if refusal(slave, DetectionMode.COMPLETE) is None else []
    same = next((d for d in former.devices if not d.gateway and _same_device(slave, d)), None)
    stay = {device.address: Standing.KNOWN for device in former.devices if device is not same}
    settled = settle(former, {slave: same} if same else {}, found, stay, limits)
    if not found and (why := refusal(slave, DetectionMode.COMPLETE)):
        settled.refusals.append(why)
    return settled


class _Room:
    """What is left of the limits."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._devices = self._rs485 = self._loads = 0

    def refuses(self, device: Device) -> str:
        """Why there is no room for one more; empty where there is, which is then taken."""
        limits, local = self._limits, device.bus is BusName.RS485 and not device.gateway
        if self._devices >= limits.devices:
            return f"a gateway carries {limits.devices} devices at most (§6.2)"
        if self._loads + len(device.loads) > limits.loads:
            return (
                f"a gateway carries {limits.loads} loads at most (§6.2);"
                f" {self._loads} are taken and it has {len(device.loads)}"
            )
        if local and self._rs485 >= limits.rs485_devices:
            return (
                f"RS485 carries {limits.rs485_devices} devices at {limits.rs485_baudrate} Bd;"
                f" more need 38400 Bd or faster"
            )
        self._devices += 1
        self._loads += len(device.loads)
        self._rs485 += local
        return ""


def _enter(
    settled: Settled,
    devices: list[Device],
    room: _Room,
    device: Device,
    slave: Slave | None,
    standing: Standing,
) -> None:
    sighting = slave.sighting if slave else _remembered(device)
    reason = room.refuses(device)
    if reason:
        settled.refusals.append(Refusal(sighting, Cause.CAPACITY, reason))
        return
    devices.append(device)
    label = device.name or sighting.name
    settled.entries.append(Entry(sighting, label, standing, len(device.loads)))


def _renewed(device: Device, slave: Slave) -> Device:
    return device.model_copy(
        update={
            "address": slave.address,
            "bus": slave.bus,
            "serial": slave.serial or device.serial,
            "net_id": slave.net_id or device.net_id,
        }
    )


def _standing(device: Device, slave: Slave) -> Standing:
    if device.serial and slave.serial and device.serial != slave.serial:
        return Standing.REPLACED
    if device.net_id and slave.net_id and device.net_id != slave.net_id:
        return Standing.REPLACED
    moved = (device.bus, device.address) != (slave.bus, slave.address)
    return Standing.MOVED if moved else Standing.KNOWN


def _fresh(slave: Slave) -> Device:
    model = slave.model
    if model is None:
        raise ValueError(f"{slave.name} has no model and cannot be in a topology")
    loads = slave.loads
    if loads is None:
        loads = tuple(Load(number=number) for number in range(1, model.loads.count + 1))
    return Device(
        address=slave.address,
        bus=slave.bus,
        model=model.key,
        serial=slave.serial,
        net_id=slave.net_id,
        loads=loads,
    )


def _remembered(device: Device) -> Sighting:
    return Sighting(
        device.bus, device.address, device.model, device.model, device.serial, device.net_id
    )


def _refused(slave: Slave, cause: Cause, reason: str) -> Refusal:
    return Refusal(slave.sighting, cause, reason)


def staying(
    former: Topology,
    searched: Collection[BusName],
    contested: Collection[tuple[BusName, int]],
    *,
    keep: bool,
) -> dict[int, Standing]:
    """By address, which former devices stay where nobody who was found is one of them."""
    stay: dict[int, Standing] = {}
    for device in former.devices:
        if device.gateway or device.bus not in searched:
            stay[device.address] = Standing.UNSEARCHED
        elif (device.bus, device.address) in contested:
            stay[device.address] = Standing.CONTESTED
        elif keep:
            stay[device.address] = Standing.SILENT
    return stay
