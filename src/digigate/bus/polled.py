"""One slave as the master meets it: identified, read, missed, found again."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from digigate.bus.identification import IDENTIFICATION, MAGIC, NamePlate, name_plate
from digigate.bus.plan import Read, plan
from digigate.bus.requests import Priority, Requests
from digigate.bus.sequences import Layout
from digigate.bus.status import SlaveState
from digigate.catalogue import Catalogue, Certainty, Model, Pace
from digigate.clock import Clock
from digigate.conditions import Conditions
from digigate.errors import LineDown, LineSeized, SlaveException, SlaveTimeout
from digigate.settings.topology import Device
from digigate.store import SlaveImage, Span, Store

log = logging.getLogger(__name__)

TIMEOUT = "slave.timeout"
STRANGER = "slave.stranger"
RETRY_FIRST = 1.0
REFUSED_FOR = 60.0
"""Seconds for which a read that the slave refused is left out."""
BUSY = frozenset((0x05, 0x06))
"""Exceptions of a slave that has understood, but has other things to do: asked again next time."""
HELLO_EVERY = 10.0
"""Seconds between two identifications of a slave that offers nothing to poll."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all slaves of one line share."""

    line: Requests
    store: Store
    clock: Clock
    conditions: Conditions
    catalogue: Catalogue
    retry_max: float
    simulated: bool
    """Register maps of our own may be polled without the user's word."""
    changed: Callable[[], None]


class PolledSlave:
    """State of one slave; `turn` does what is due for it now and raises nothing of the field."""

    def __init__(self, device: Device, around: Surroundings) -> None:
        self.device = device
        self.state = SlaveState.UNKNOWN
        self.since: datetime = around.clock.now()
        self.reason = "not asked yet"
        self.running = False
        self.retry_at: float | None = None
        self.model: Model | None = around.catalogue.models.get(device.model)
        loads = [load.number for load in device.loads]
        self.reads: tuple[Read, ...] = plan(self.model, loads) if self.model else ()
        self.sequences = Layout(self.model.blocks if self.model else ())
        self.image: SlaveImage | None = None
        self._around = around
        self._instant = tuple(r for r in self.reads if r.pace is Pace.INSTANT)
        self._due: set[Read] = set()
        self._refused: dict[Read, float] = {}
        self._identified = False
        self._hello_at = 0.0
        self._back_off = RETRY_FIRST
        self._open_image()

    def _open_image(self) -> None:
        if self.model is None:
            self._turn_to(SlaveState.STRANGER, f"the catalogue has no model {self.device.model!r}")
            self.retry_at = float("inf")
            return
        spans = [Span(r.start, r.count, r.pace, r.block, period=0.0) for r in self.reads]
        self.image = self._around.store.open(self.device.address, self.model, spans)

    def close(self) -> None:
        """The topology has it no longer: its image and its conditions go."""
        if self.image is not None:
            self._around.store.close(self.device.address)
            self.image = None
        for name in (TIMEOUT, STRANGER):
            self._around.conditions.clear(name, self._subject)

    def is_due(self, now: float) -> bool:
        """Whether it takes part in a cycle that begins now."""
        return not self.running and (self.retry_at is None or now >= self.retry_at)

    def deal(self, pace: Pace) -> None:
        """All reads of this class are due in the next turn."""
        self._due.update(read for read in self.reads if read.pace is pace)

    def deal_one(self, read: Read) -> None:
        """One rotating read is due in the next turn."""
        self._due.add(read)

    def written(self) -> None:
        """A client has written to the slave: nothing is served until it has been read again."""
        if self.image is not None:
            self.image.invalidate()
        self.deal(Pace.BOUNDARY)
        self.deal(Pace.ROTATING)

    def doubt(self) -> None:
        """Somebody else had the line: identify the slave, now, before it is read again."""
        self._identified = False
        if self.model is not None:
            self.retry_at = None

    def lose_line(self, reason: str) -> None:
        """Nobody can be asked: what it showed is stale, and it is not to blame."""
        if self.model is None:
            return
        self._leave()
        self._back_off = RETRY_FIRST
        self.retry_at = None
        self._turn_to(SlaveState.SILENT, f"the line is down: {reason}")

    def expect_every(self, period: Callable[[Pace], float]) -> None:
        """Tell the image how often each class is read, so that it knows what is stale."""
        if self.image is not None:
            for span in self.image.spans:
                span.expect_every(period(span.pace))

    async def turn(self, missed: Callable[[], None]) -> None:
        """Do what is due: identify, then read; `missed` is called when the slave makes us wait."""
        self.running = True
        try:
            await self._meet(missed)
        except LineSeized:
            self._identified = False
        except SlaveTimeout as error:
            self._fall_silent(str(error))
        except LineDown as error:
            self.lose_line(str(error))
        finally:
            self.running = False

    async def _meet(self, missed: Callable[[], None]) -> None:
        now = self._monotonic()
        stale_plate = not self._instant and now >= self._hello_at
        if (not self._identified or stale_plate) and not await self._identify(missed):
            return
        extra = sorted(self._due, key=lambda read: read.start)
        for read in (*self._instant, *extra):
            if self._refused.get(read, 0.0) <= now and self.image is not None:
                await self._read(read, missed)

    async def _read(self, read: Read, missed: Callable[[], None]) -> None:
        try:
            answer = await self._ask(read, missed)
        except SlaveException as error:
            if error.code not in BUSY:
                self._due.discard(read)
                self._refuse(read, error)
            return
        self._due.discard(read)
        if self.image is not None:
            self.image.put(read.start, answer[2:])
        if self._refused.pop(read, None) is not None and not self._refused:
            self._turn_to(SlaveState.ONLINE, "")

    async def _ask(self, read: Read, missed: Callable[[], None]) -> bytes:
        """Ask once, and once more after a time-out, unless it is silent already."""
        unit = self.unit
        try:
            return await self._around.line.request(unit, read.pdu, Priority.POLL, unit)
        except LineSeized:
            raise
        except SlaveTimeout:
            missed()
            if self.state is SlaveState.SILENT:
                raise
        return await self._around.line.request(unit, read.pdu, Priority.POLL, unit)

    async def _identify(self, missed: Callable[[], None]) -> bool:
        """Whether the slave is the one that the topology says, and may be polled."""
        try:
            answer = await self._ask(IDENTIFICATION, missed)
        except SlaveException as error:
            self._estrange(f"does not identify itself (exception {error.code:#04x})")
            return False
        self._around.conditions.clear(TIMEOUT, self._subject)
        plate = name_plate(answer[2:])
        strange = self._strangeness(plate)
        if strange:
            self._estrange(strange)
            return False
        self._around.conditions.clear(STRANGER, self._subject)
        if self._needs_consent():
            reason = "its register map is our own guess: confirm it before it is polled"
            self._wait_longest(SlaveState.UNCONFIRMED, reason)
            return False
        self._come_online()
        return True

    def _strangeness(self, plate: NamePlate) -> str:
        """Why this is not the device of the topology; empty where it is."""
        if plate.magic != MAGIC:
            return "is no SOCOMEC device: its identification block does not begin with SOCO"
        found = self._around.catalogue.identify(
            plate.product_range, plate.product_name, plate.extended_name, self.model
        )
        if self.model is not None and found is not None and found.key == self.model.key:
            return ""
        expected = self.model.name if self.model else self.device.model
        return (
            f"identifies as {plate.words!r}, but the topology says {expected}: "
            "correct the model or the wiring"
        )

    def _needs_consent(self) -> bool:
        ours = self.model is not None and self.model.certainty is Certainty.OURS
        return ours and not self._around.simulated and not self.device.confirmed

    def _come_online(self) -> None:
        self._hello_at = self._monotonic() + HELLO_EVERY
        if self._identified:
            return
        self._identified = True
        self._back_off = RETRY_FIRST
        self.retry_at = None
        self._refused.clear()
        self.deal(Pace.BOUNDARY)
        if self.image is not None:
            self.image.invalidate()  # another meter of this model may sit there now
            self.image.silent = False
        self._turn_to(SlaveState.ONLINE, "")

    def _refuse(self, read: Read, error: SlaveException) -> None:
        self._refused[read] = self._monotonic() + REFUSED_FOR
        self._turn_to(
            SlaveState.ONLINE, f"refuses to read {read.block} (exception {error.code:#04x})"
        )

    def _fall_silent(self, reason: str) -> None:
        self._leave()
        self.retry_at = self._monotonic() + min(self._back_off, self._around.retry_max)
        self._back_off = min(2 * self._back_off, self._around.retry_max)
        self._around.conditions.set(
            TIMEOUT,
            self._subject,
            f"{self.label} does not answer: check its supply, its wiring and its address",
        )
        self._turn_to(SlaveState.SILENT, reason)

    def _estrange(self, reason: str) -> None:
        self._around.conditions.set(STRANGER, self._subject, f"{self.label} {reason}")
        self._wait_longest(SlaveState.STRANGER, reason)

    def _wait_longest(self, state: SlaveState, reason: str) -> None:
        self._leave()
        self.retry_at = self._monotonic() + self._around.retry_max
        self._turn_to(state, reason)

    def _leave(self) -> None:
        self._identified = False
        if self.image is not None:
            self.image.silent = True

    def _turn_to(self, state: SlaveState, reason: str) -> None:
        if (state, reason) == (self.state, self.reason):
            return
        if state is not self.state:
            self.since = self._around.clock.now()
            facts = {"slave": self.device.address, "state": state.value, "reason": reason}
            log.log(_LEVELS.get(state, logging.WARNING), "slave changed", extra=facts)
        self.state, self.reason = state, reason
        self._around.changed()

    @property
    def unit(self) -> int:
        """What its line calls it; the far gateway may know it by another address."""
        return self.device.remote or self.device.address

    @property
    def label(self) -> str:
        """The slave for people: its address and its name or model."""
        name = self.device.name or (self.model.name if self.model else self.device.model)
        return f"slave {self.device.address} ({name})"

    @property
    def _subject(self) -> str:
        return str(self.device.address)

    def _monotonic(self) -> float:
        return self._around.clock.monotonic()


_LEVELS = {SlaveState.ONLINE: logging.INFO, SlaveState.UNKNOWN: logging.INFO}
