"""Who is there: the gateway, its buses, the devices and loads of the topology."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from digigate.bus.status import LineStatus, SlaveIdentity, SlaveState, SlaveStatus
from digigate.catalogue import Catalogue
from digigate.clock import Clock
from digigate.conditions import Conditions
from digigate.identity import Identity
from digigate.services.snmp.ber import Oid, integer, text
from digigate.services.snmp.encoding import NO_DATE, moment
from digigate.services.snmp.glance import Derived, Glance
from digigate.services.snmp.mib2.elements import counter, gauge, octets, ticks
from digigate.services.snmp.schema import listing, scalars
from digigate.services.snmp.tree import Table
from digigate.settings.sections import Parity, Policy, Settings
from digigate.settings.topology import BusName, Device, Load, Topology
from digigate.store import Store

GLANCE = 1.0
"""Seconds for which what the bus tells of itself is shown again."""
NOMINAL = "power.apparent.nominal"
BUSES = {BusName.DIGIWARE: 1, BusName.RS485: 2}
BEHIND = 0
PARITIES = {Parity.NONE: 1, Parity.EVEN: 2, Parity.ODD: 3}
OK, FAULT, UNKNOWN = 1, 2, 3
STATES = {SlaveState.ONLINE: OK, SlaveState.SILENT: FAULT, SlaveState.STRANGER: FAULT}
TRANSFORMERS = re.compile(r"-([0-9]+)CT$")


class Bus(Protocol):
    """The bus as these tables need it."""

    def slaves(self) -> dict[int, SlaveStatus]:
        """All slaves by address."""

    def lines(self) -> tuple[LineStatus, ...]:
        """Every line."""


class Changes(Protocol):
    """The changes of the topology since the agent started."""

    @property
    def count(self) -> int:
        """How many there were."""

    @property
    def last(self) -> int:
        """What sysUpTime was at the last one."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What the tables show."""

    settings: Callable[[], Settings]
    topology: Callable[[], Topology]
    store: Store
    bus: Bus
    catalogue: Catalogue
    conditions: Conditions
    clock: Clock
    changes: Changes


def identification(sight: Sight) -> Sequence[Table]:
    """The gateway, its devices, their loads, and the buses."""
    return (gateway(sight), devices(sight), loads(sight), buses(sight))


def gateway(sight: Sight) -> Table:
    """The gateway itself."""

    def box() -> Identity:
        return sight.settings().gateway.identity()

    return scalars(
        "gateway",
        {
            "gatewayModel": lambda: text(box().product_name),
            "gatewaySerial": lambda: text(box().serial),
            "gatewayFirmware": lambda: text(box().firmware),
            "gatewayNetId": lambda: text(f"{box().net_id:08X}"),
            "gatewaySite": lambda: text(sight.settings().gateway.site),
            "gatewayTime": lambda: moment(sight.clock.local()),
            "topologyRevision": lambda: counter(sight.changes.count),
            "topologyLastChange": lambda: ticks(sight.changes.last),
            "conditionCount": lambda: gauge(len(sight.conditions.active())),
            "cyberPolicy": lambda: policy_bits(sight.settings().policy),
        },
    )


def devices(sight: Sight) -> Table:
    """The devices of the topology."""
    statuses = Glance(sight.bus.slaves, GLANCE, sight.clock.monotonic)

    def status(device: Device) -> SlaveStatus | None:
        return statuses().get(device.address)

    def identity(device: Device) -> SlaveIdentity | None:
        found = status(device)
        return found.identity if found else None

    def kind(device: Device) -> bytes:
        model = sight.catalogue.models.get(device.model)
        return text(model.name if model else device.model)

    def serial(device: Device) -> bytes:
        told = identity(device)
        return text(told.serial if told else device.serial)

    def firmware(device: Device) -> bytes:
        told = identity(device)
        return text(told.firmware if told else "")

    def state(device: Device) -> bytes:
        found = status(device)
        return integer(STATES.get(found.state, UNKNOWN) if found else UNKNOWN)

    def seen(device: Device) -> bytes:
        found = status(device)
        last = found.last_answer if found else None
        return moment(last.astimezone(sight.clock.zone)) if last else NO_DATE

    return listing(
        "deviceTable",
        {
            "deviceType": kind,
            "deviceName": lambda device: text(device.name),
            "deviceSerial": serial,
            "deviceFirmware": firmware,
            "deviceBus": lambda device: integer(BEHIND if device.gateway else BUSES[device.bus]),
            "deviceCommState": state,
            "deviceLastSeen": seen,
            "deviceLoadCount": lambda device: gauge(len(device.loads)),
        },
        Derived(sight.topology, _devices),
    )


def loads(sight: Sight) -> Table:
    """The loads of the devices."""

    def nominal(entry: tuple[Device, Load]) -> bytes:
        device, load = entry
        image = sight.store.image(device.address)
        figure = image.model.measurement(load.number, NOMINAL) if image else None
        value = image.read(figure).value if image and figure else None
        return gauge(round(value) if isinstance(value, int | float) else 0)

    return listing(
        "loadTable",
        {
            "loadName": lambda entry: text(entry[1].name),
            "loadNetworkType": lambda entry: text(entry[1].type),
            "loadCtCount": lambda entry: gauge(transformers(entry[1].type)),
            "loadNominalPower": nominal,
            "loadUsage": lambda entry: text(entry[1].usage),
        },
        Derived(sight.topology, _loads),
    )


def buses(sight: Sight) -> Table:
    """The two field buses."""

    def look() -> Mapping[Oid, LineStatus]:
        return {
            (BUSES[BusName(line.name)],): line
            for line in sight.bus.lines()
            if line.name in set(BusName)
        }

    def parity(line: LineStatus) -> bytes:
        return integer(PARITIES[getattr(sight.settings().buses, line.name).parity])

    return listing(
        "busTable",
        {
            "busBaudrate": lambda line: gauge(line.baudrate),
            "busParity": parity,
            "busCycleTime": lambda line: gauge(round(1000 * (line.cycle_p50 or 0))),
            "busFramesOk": lambda line: counter(line.counters.answered),
            "busTimeouts": lambda line: counter(line.counters.timeouts),
            "busCrcErrors": lambda line: counter(line.counters.crc_errors),
        },
        Glance(look, GLANCE, sight.clock.monotonic),
    )


def policy_bits(policy: Policy) -> bytes:
    """cyberPolicy: the first switch is the highest bit."""
    switches = (
        policy.usb,
        policy.ble,
        policy.rs485_slave,
        policy.modbus_writing,
        policy.snmp,
        policy.bacnet,
        policy.cloud,
        policy.ftps_required,
        policy.smtps_required,
    )
    bits = sum(0x8000 >> n for n, on in enumerate(switches) if on)
    return octets(bits.to_bytes(2, "big"))


def transformers(type_: str) -> int:
    """How many current transformers a load's type names: 4 for `3P+N-4CT`; 0 = none."""
    found = TRANSFORMERS.search(type_)
    return int(found[1]) if found else 0


def _devices(topology: Topology) -> Mapping[Oid, Device]:
    return {(device.address,): device for device in topology.devices}


def _loads(topology: Topology) -> Mapping[Oid, tuple[Device, Load]]:
    return {
        (device.address, load.number): (device, load)
        for device in topology.devices
        for load in device.loads
    }
