"""A small gateway to look at: one DIRIS I-30 with two loads and one silent COUNTIS."""

from collections.abc import AsyncIterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from digigate.bus.detection import Status
from digigate.bus.status import Counters, LineState, LineStatus, SlaveState, SlaveStatus
from digigate.catalogue import (
    Block,
    Catalogue,
    Certainty,
    Composite,
    Detection,
    Kind,
    LoadPlan,
    Model,
    Pace,
    Point,
    Probe,
    Quantity,
    RegisterType,
    Statistic,
)
from digigate.clock import Clock
from digigate.commands import Commands
from digigate.conditions import Conditions
from digigate.firmware.update import Verdict
from digigate.identity import GatewayModel, Identity
from digigate.panel import Lamp, Led, Light
from digigate.security.accounts import Accounts
from digigate.security.hashing import Hashing
from digigate.security.sessions import Sessions
from digigate.security.tokens import Tokens
from digigate.services.web.entrance import Entrance
from digigate.services.web.view import LoadFirmware, View
from digigate.settings.sections import Gateway, Policy, Settings
from digigate.settings.topology import BusName, Device, Load, Topology
from digigate.state import StateDirectory
from digigate.store import Span, Store
from digigate.supervisor import Health, ServiceState

NOON = datetime(2026, 3, 29, 12, 0, tzinfo=UTC)
METER, COUNTER = 4, 20


@dataclass
class HandTime:
    """Monotonic time that only moves when told to."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class FixedBus:
    """A bus that says what it is told to say."""

    line: LineStatus
    states: dict[int, SlaveStatus]

    def lines(self) -> tuple[LineStatus, ...]:
        return (self.line,)

    def slaves(self) -> dict[int, SlaveStatus]:
        return dict(self.states)

    def change(self, address: int, **facts: Any) -> None:
        self.states[address] = replace(self.states[address], **facts)


@dataclass
class Plant:
    """The view and the hands that change what it shows."""

    identity: Identity = field(default_factory=lambda: Identity(GatewayModel.M70, net_id=0xABC))
    monotonic: HandTime = field(default_factory=HandTime)

    def __post_init__(self) -> None:
        self.clock = Clock("Europe/Paris", monotonic=self.monotonic, started=NOON)
        self.conditions = Conditions(self.clock)
        self.store = Store(self.clock)
        self.bus = _bus()
        self.topology = TOPOLOGY
        self.commands = Commands()
        self.detection = Status()
        self.policy = Policy()
        self.load_firmware: LoadFirmware = no_firmware
        self.image = self.store.open(METER, MODEL, [_span("instant"), _span("energy")])
        self.view = View(
            identity=self.identity,
            settings=lambda: Settings(gateway=Gateway(site="PLANT 7", server="north")),
            topology=lambda: self.topology,
            store=self.store,
            bus=self.bus,
            health=lambda: (Health("https", ServiceState.READY, NOON, ""),),
            ports=lambda: {"https": 8443},
            conditions=self.conditions,
            clock=self.clock,
            catalogue=Catalogue(QUANTITIES, {MODEL.key: MODEL}),
            commands=self.commands,
            detection=lambda: self.detection,
            load_firmware=self._load_firmware,
            documents={"X-MIB.txt": lambda: "X-MIB DEFINITIONS ::= BEGIN END\n"},
            lamps=lambda: {Led.ON: Lamp(Light.STEADY), Led.COM: Lamp(Light.BLINKING, 999.75)},
        )

    async def _load_firmware(self, chunks: AsyncIterable[bytes], name: str) -> Verdict:
        return await self.load_firmware(chunks, name)

    def poll(self, milliamperes: int = 10_500, wh: int = 1_234_000) -> None:
        """The meter answers both of its blocks."""
        current = milliamperes.to_bytes(4, "big")
        self.image.put(100, current + current)
        self.image.put(200, (wh // 1000).to_bytes(4, "big") + (wh % 1000).to_bytes(2, "big"))

    def later(self, seconds: float) -> None:
        """Let time pass."""
        self.monotonic.now += seconds


async def no_firmware(_: AsyncIterable[bytes], name: str) -> Verdict:
    """A gateway that takes none."""
    return Verdict(ok=False, reason="there is no slot here", name=name)


def an_entrance(state: StateDirectory, plant: Plant, hashing: Hashing) -> Entrance:
    """Accounts as they leave the factory, and nobody logged in."""
    accounts = Accounts(state, plant.clock, plant.conditions, lambda: plant.policy, hashing)
    sessions = Sessions(plant.clock, lambda: plant.policy)
    tokens = Tokens(state, plant.clock, lambda: plant.policy)
    return Entrance(accounts, sessions, lambda: plant.policy, tokens)


def m50() -> Plant:
    """The same plant behind the model without measurement pages."""
    return Plant(Identity(GatewayModel.M50))


def _point(name: str, address: int, words: int, scale: float, unit: str, **more: Any) -> Point:
    kind = RegisterType.U32 if words == 2 else RegisterType.U16
    return Point(
        name,
        address,
        words,
        kind,
        scale,
        unit,
        more.get("quantity"),
        more.get("statistic", Statistic.INSTANT),
        more.get("load", 1),
        more.get("block", "instant"),
        writable=False,
        source="test",
    )


def _quantity(key: str, unit: str, kind: Kind, group: str) -> Quantity:
    return Quantity(key, kind, unit, False, None, "", None, "", group, "test")


def _span(block: str) -> Span:
    start, count = {"instant": (100, 4), "energy": (200, 3)}[block]
    return Span(start, count, Pace.INSTANT, block, period=1.0)


ENERGY = "energy.active.import"
QUANTITIES = {
    "current.i1": _quantity("current.i1", "A", Kind.GAUGE, "current"),
    ENERGY: _quantity(ENERGY, "Wh", Kind.COUNTER, "energy"),
}
KWH = _point("e.kwh/load1", 200, 2, 1000.0, "Wh", block="energy")
REST = _point("e.rest/load1", 202, 1, 1.0, "Wh", block="energy")
MODEL = Model(
    key="diris-i30",
    name="DIRIS Digiware I-30",
    family="digiware",
    certainty=Certainty.OFFICIAL,
    detection=Detection.FAST,
    probe=Probe(400, "DIRIS", "DIRIS I-30", 1),
    loads=LoadPlan(2, 2),
    identification_words=66,
    blocks=(
        Block("instant", 100, 4, Pace.INSTANT, 0),
        Block("energy", 200, 3, Pace.INSTANT, 1),
    ),
    points=(
        _point("current.i1@instant/load1", 100, 2, 0.001, "A", quantity="current.i1"),
        _point("current.i1@instant/load2", 102, 2, 0.001, "A", quantity="current.i1", load=2),
        KWH,
        REST,
    ),
    composites=(Composite("e/load1", ENERGY, Statistic.TOTAL, 1, "Wh", (KWH, REST)),),
)
TOPOLOGY = Topology(
    devices=(
        Device(
            address=METER,
            bus=BusName.DIGIWARE,
            model="diris-i30",
            name="I-30 workshop",
            serial="20261234567",
            net_id=0x12AB,
            loads=(Load(number=1, name="Lathe", usage="Process"), Load(number=2, name="Saw")),
        ),
        Device(address=COUNTER, bus=BusName.RS485, model="countis-e99"),
    )
)


def _bus() -> FixedBus:
    asked = Counters(asked=100, answered=98, timeouts=1, crc_errors=1)
    line = LineStatus(
        "digiware", "/dev/ttyUSB0", LineState.UP, NOON, "", 38400, asked, 0.41234, 0.8, 0.81, 0.9
    )
    meter = SlaveStatus(
        METER, "digiware", SlaveState.ONLINE, NOON, "", NOON, asked, 0.0061, 0.0123, None
    )
    counter = SlaveStatus(
        COUNTER,
        "rs485",
        SlaveState.SILENT,
        NOON - timedelta(minutes=5),
        "no answer",
        None,
        Counters(asked=7, timeouts=7),
        None,
        None,
        12.34,
    )
    return FixedBus(line, {METER: meter, COUNTER: counter})
