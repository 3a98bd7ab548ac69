"""`trace.watch`, `scan.addresses`, `scan.speeds`, `slave.read`, `slave.write`: the workshop."""

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import asdict, dataclass
from typing import Annotated, Literal, get_args

from pydantic import Field

from digigate.bus import Bus
from digigate.bus.roster import Roster
from digigate.bus.workshop import (
    Interpreter,
    Listener,
    Named,
    Wanted,
    change,
    meant,
    scan,
    scan_speeds,
    show,
    writable,
)
from digigate.bus.workshop.oneoff import octets, slave_words
from digigate.catalogue import Catalogue, RegisterType
from digigate.clock import Clock
from digigate.commands import Arguments, Command, Commands, Json, Stream
from digigate.daemon.orders.findings import (
    change_made,
    looked_at,
    scene,
    shown_value,
    traced,
)
from digigate.errors import SettingsError, SlaveError, SlaveException
from digigate.settings.profiles import ADMINISTRATORS, EVERYBODY
from digigate.settings.sections import Addressing, Buses, Role
from digigate.settings.topology import BusName

Unit = Annotated[int, Field(ge=1, le=247)]
Baudrate = Literal[1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200]
CLIENT = "workshop"
ASKED_AT_EACH_SPEED = 3
FACTORY_UNITS = (1, 2, 3, 4, 5)
"""Asked by a scan of speeds where the topology has nobody; simulated slaves begin at 5."""


class Watch(Arguments):
    """Which frames: of one line (a bus, or the key of a remote gateway), one unit of it."""

    bus: str | None = None
    unit: Unit | None = None
    errors_only: bool = False


class Scan(Arguments):
    """Which addresses of which bus; both where none is named."""

    bus: BusName | None = None
    first: Unit = 1
    last: Unit = 247
    register_: Annotated[int | None, Field(ge=0, le=65535, alias="register")] = None


class ScanSpeeds(Arguments):
    """Which bus, who is asked, and at which speeds."""

    bus: BusName
    units: tuple[Unit, ...] = ()
    speeds: tuple[Baudrate, ...] = get_args(Baudrate)


class Read(Arguments):
    """What to read: a name, a quantity, or a register's number."""

    address: Unit
    what: str
    load: Annotated[int | None, Field(ge=1, le=12)] = None
    count: Annotated[int | None, Field(ge=1, le=125)] = None
    type: RegisterType | None = None
    scale: Annotated[float, Field(gt=0)] = 1.0

    def named(self) -> Named:
        """As the workshop knows it."""
        return Named(self.what, self.load, self.count, self.type, self.scale)


class Write(Read):
    """What to write; `agreed` where the slave is a real one."""

    value: str
    agreed: bool = False


@dataclass(frozen=True, slots=True)
class Bench:
    """What the workshop does, over the rooms that it works in."""

    bus: Bus
    roster: Roster
    catalogue: Catalogue
    clock: Clock
    buses: Callable[[], Buses]

    async def trace(self, asked: Watch) -> AsyncGenerator[Json, None]:
        """The frames that pass, after the scene in which they do."""
        wanted = Wanted(asked.bus, asked.unit, asked.errors_only)
        listener = Listener(Interpreter(self.roster.model_on), wanted)
        began = time.monotonic()
        async with aclosing(listener.events(self.bus.frames)) as events:
            yield scene(self.clock.now(), self.buses(), self.roster.devices)
            async for event in events:
                yield traced(event, began)

    async def scan(self, asked: Scan) -> AsyncGenerator[Json, None]:
        """What each address says, after which ones are asked."""
        if asked.first > asked.last:
            raise SettingsError(f"from {asked.first} to {asked.last} are no addresses")
        names = [asked.bus] if asked.bus else self._mastered()
        yield {"buses": list(names), "first": asked.first, "last": asked.last}
        units = range(asked.first, asked.last + 1)
        looking = scan(self.bus, names, units, self.catalogue, asked.register_)
        async with aclosing(looking) as answers:
            async for looked in answers:
                yield looked_at(looked, self.roster.model(looked.unit))

    async def scan_speeds(self, asked: ScanSpeeds) -> AsyncGenerator[Json, None]:
        """What is heard at each speed, after who is asked."""
        known = [d.address for d in self.roster.devices if d.bus == asked.bus and not d.gateway]
        units = asked.units or tuple(known[:ASKED_AT_EACH_SPEED]) or FACTORY_UNITS
        yield {"bus": asked.bus, "units": list(units), "speeds": list(asked.speeds)}
        async with aclosing(scan_speeds(self.bus, asked.bus, units, asked.speeds)) as heard:
            async for speed in heard:
                yield asdict(speed)

    async def read(self, asked: Read) -> Json:
        """One value, or some registers."""
        async with _told_by_name(), self.roster.talk(asked.address, CLIENT) as talk:
            what = meant(talk.model, asked.named())
            began = time.monotonic()
            shown = await show(talk, what)
        return {
            "address": asked.address,
            "model": talk.model.key,
            "took": round(time.monotonic() - began, 6),
            "values": [shown_value(each) for each in shown],
        }

    async def write(self, asked: Write) -> Json:
        """One register, with what it said before and after."""
        writing = self.roster.talk(asked.address, CLIENT, writing=True)
        async with _told_by_name(), writing as talk:
            point = writable(talk.model, meant(talk.model, asked.named()))
            octets(point, asked.value)
            if not asked.agreed and self._is_real(asked.address):
                raise SettingsError(
                    f"this writes {asked.value} to {point.name} of slave {asked.address}, a real"
                    " device: say yes to do it (--yes)"
                )
            changed = await change(talk, point, asked.value)
        return {"address": asked.address, "model": talk.model.key, **change_made(changed)}

    def _mastered(self) -> list[BusName]:
        """The buses that are wired and on which we are the master."""
        buses = self.buses()
        turned = {BusName.RS485} if buses.rs485.role is Role.SLAVE else set()
        return [name for name in BusName if getattr(buses, name).port and name not in turned]

    def _is_real(self, unit: int) -> bool:
        """Whether a write there reaches hardware."""
        device = self.roster.device(unit)
        line = getattr(self.buses(), device.bus)
        return bool(device.gateway) or line.addressing is not Addressing.PRIVATE


def enter_workshop(commands: Commands, bench: Bench) -> None:
    """Everything with which a technician finds a fault."""
    commands.add(Stream("trace.watch", Watch, bench.trace, EVERYBODY, audited=False))
    commands.add(Stream("scan.addresses", Scan, bench.scan, ADMINISTRATORS))
    commands.add(Stream("scan.speeds", ScanSpeeds, bench.scan_speeds, ADMINISTRATORS))
    commands.add(Command("slave.read", Read, bench.read, EVERYBODY, audited=False))
    commands.add(Command("slave.write", Write, bench.write, ADMINISTRATORS))


@asynccontextmanager
async def _told_by_name() -> AsyncGenerator[None, None]:
    """A slave's refusal is told by its name."""
    try:
        yield
    except SlaveException as error:
        raise SlaveError(slave_words(error)) from error
