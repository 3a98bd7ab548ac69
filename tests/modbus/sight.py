"""What the gateway's own registers look at, made up."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from digigate.bus import Counters, LineState, LineStatus, SlaveState, SlaveStatus
from digigate.catalogue import Catalogue
from digigate.clock import Clock
from digigate.commands import Arguments, Command, Commands, Json, Stream
from digigate.conditions import Conditions
from digigate.services.modbus import Client, OwnTable, OwnUnit, Search, Sight
from digigate.settings.profiles import ADMINISTRATORS, Profile
from digigate.settings.sections import Gateway, Settings
from digigate.settings.topology import BusName, Device, Load, RemoteGateway, Topology

NOW = datetime(2026, 3, 4, 5, 6, 7, 89000, tzinfo=UTC)
TOPOLOGY = Topology(
    gateways=(RemoteGateway(key="east", model="diris-m50", host="192.0.2.9"),),
    devices=(
        Device(
            address=4,
            bus=BusName.DIGIWARE,
            model="digiware-i35",
            name="Départ 1",
            serial="23071240815",
            net_id=0x01020304,
            loads=(Load(number=1, name="Pumps", type="3P+N-4CT"), Load(number=3, name="Light")),
        ),
        Device(address=9, bus=BusName.RS485, model="countis-e24", loads=(Load(number=1),)),
        Device(address=30, bus=BusName.DIGIWARE, model="digiware-u30", gateway="east", remote=4),
    ),
)
COUNTERS = Counters(
    asked=70000, answered=69990, exceptions=1, timeouts=2, crc_errors=3, stale_bytes=4
)
ONLINE = SlaveStatus(
    address=4,
    bus="digiware",
    state=SlaveState.ONLINE,
    since=NOW,
    reason="",
    last_answer=NOW - timedelta(seconds=2.5),
    counters=COUNTERS,
    turnaround_p50=0.0051,
    turnaround_p99=0.0125,
    retry_in=None,
)
SILENT = replace(ONLINE, address=9, state=SlaveState.SILENT, last_answer=None)
DIGIWARE = LineStatus(
    name="digiware",
    port="/dev/ttyUSB0",
    state=LineState.UP,
    since=NOW,
    reason="",
    baudrate=115200,
    counters=COUNTERS,
    utilisation=0.425,
    cycle_planned=8.2,
    cycle_p50=8.5,
    cycle_p95=None,
)
RS485 = replace(DIGIWARE, name="rs485", state=LineState.UNWIRED, baudrate=9600)


class FakeBuses:
    """Two lines and the slaves of `TOPOLOGY`, but for the remote one."""

    def lines(self) -> tuple[LineStatus, ...]:
        return DIGIWARE, RS485

    def slaves(self) -> Mapping[int, SlaveStatus]:
        return {4: ONLINE, 9: SILENT}


@dataclass
class Site:
    """An own unit with everything behind it in reach."""

    gateway: Gateway = field(default_factory=Gateway)
    zone: str = "UTC"
    listed: set[str] = field(default_factory=set)
    leds: dict[str, int] = field(default_factory=dict)
    search: Search = field(default_factory=Search)
    topology: Topology = TOPOLOGY

    def __post_init__(self) -> None:
        self.seconds = 1000.0
        self.clock = Clock(self.zone, monotonic=lambda: self.seconds, started=NOW)
        self.settings = Settings(gateway=self.gateway)
        self.conditions = Conditions(self.clock)
        self.commands = Commands()
        self.ordered: list[tuple[str, dict[str, Any]]] = []
        self.sight = Sight(
            settings=lambda: self.settings,
            topology=lambda: self.topology,
            bus=FakeBuses(),
            conditions=self.conditions,
            clock=self.clock,
            leds=lambda: self.leds,
            search=lambda: self.search,
            started=900.0,
        )
        table = OwnTable(Catalogue.load().models[f"diris-{key_of(self.gateway)}"])
        self.own = OwnUnit(table, self.sight, self.commands, self._may_destroy)

    def _may_destroy(self, client: Client) -> bool:
        return client.host in self.listed

    def obey(self, name: str, arguments: type[Arguments], error: Exception | None = None) -> None:
        """Enter a command that notes what it is ordered, and fails if told to."""

        async def effect(asked: Arguments) -> Json:
            if error is not None:
                raise error
            self.ordered.append((name, asked.model_dump()))
            return None

        self.commands.add(Command(name, arguments, effect, ADMINISTRATORS))

    def tell(self, name: str, arguments: type[Arguments], error: Exception | None = None) -> None:
        """As `obey`, for a command that tells events."""

        async def events(asked: Arguments) -> AsyncGenerator[Json, None]:
            yield "begun"
            if error is not None:
                raise error
            self.ordered.append((name, asked.model_dump()))

        self.commands.add(Stream(name, arguments, events, frozenset({Profile.ADMIN})))


def key_of(gateway: Gateway) -> str:
    """`m70` of an M-70."""
    return gateway.model.value.replace("-", "").lower()
