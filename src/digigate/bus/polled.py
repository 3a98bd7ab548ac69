"""One slave as the master meets it: identified, read, missed, found again."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from digigate.bus.garbling import Garbling
from digigate.bus.identification import Identified, identify
from digigate.bus.plan import Read, plan
from digigate.bus.reach import changes, harmless
from digigate.bus.recognition import judge
from digigate.bus.requests import Priority, Requests
from digigate.bus.sequences import Layout
from digigate.bus.status import SlaveIdentity, SlaveState
from digigate.catalogue import Catalogue, Certainty, Model, Pace
from digigate.catalogue.firmware import Release, words
from digigate.clock import Clock
from digigate.conditions import Conditions
from digigate.errors import (
    LineDown,
    LineSeized,
    SlaveError,
    SlaveException,
    SlaveGarbled,
    SlaveTimeout,
)
from digigate.settings.topology import Device
from digigate.store import SlaveImage, Span, Store

log = logging.getLogger(__name__)

TIMEOUT = "slave.timeout"
STRANGER = "slave.stranger"
REPLACED = "slave.replaced"
NEWER = "firmware.newer"
CONFLICT = "address.conflict"
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
        self._spared = harmless(self.model) if self.model else ()
        self.image: SlaveImage | None = None
        self.identity: SlaveIdentity | None = None
        self.garbling = Garbling()
        self._around = around
        self._instant = tuple(r for r in self.reads if r.pace is Pace.INSTANT)
        self._due: set[Read] = set()
        self._refused: dict[Read, float] = {}
        self._identified = False
        self._hello_at = 0.0
        self._back_off = RETRY_FIRST
        self._remark = ""  # what is said of it while it is online
        self._open_image()
        if device.maintenance:
            self._lay_off()

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
        self._clear_conditions()

    def take(self, device: Device) -> None:
        """Its entry in the topology is another one now, by which it is polled alike."""
        former, self.device = self.device, device
        if device.maintenance:
            self._lay_off()
        elif former.maintenance:
            self._identified = False
            self.retry_at = float("inf") if self.model is None else None
            self._turn_to(SlaveState.UNKNOWN, "not asked yet")
        elif (device.serial, device.net_id) != (former.serial, former.net_id):
            self._identified = False

    def _lay_off(self) -> None:
        """Somebody works on it: what it showed is stale, clients may go on asking it."""
        self.garbling.forget()
        self._clear_conditions()
        self._stand_back(silent=False)
        self.retry_at = None
        self._turn_to(SlaveState.MAINTENANCE, "in maintenance")

    def _clear_conditions(self) -> None:
        for name in (TIMEOUT, STRANGER, REPLACED, CONFLICT, NEWER):
            self._around.conditions.clear(name, self._subject)

    def is_due(self, now: float) -> bool:
        """Whether it takes part in a cycle that begins now."""
        if self.running or self.device.maintenance:
            return False
        return self.retry_at is None or now >= self.retry_at

    def deal(self, pace: Pace) -> None:
        """All reads of this class are due in the next turn."""
        self._due.update(read for read in self.reads if read.pace is pace)

    def deal_one(self, read: Read) -> None:
        """One rotating read is due in the next turn."""
        self._due.add(read)

    def written(self, pdu: bytes) -> None:
        """A client has written: nothing is served until it is read again, if that can matter."""
        if not changes(pdu, self._spared):
            return
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
        never_asked = self.state is SlaveState.UNKNOWN and not self.running
        if self.model is None or self.device.maintenance or never_asked:
            return
        self._stand_back(silent=True)
        self._back_off = RETRY_FIRST
        self.retry_at = None
        self._turn_to(SlaveState.SILENT, f"the line is down: {reason}")

    def suspect_conflict(self, suspected: bool) -> None:  # noqa: FBT001 -- it is all that is said
        """Whether another device seems to answer at its address too."""
        if not suspected:
            self._around.conditions.clear(CONFLICT, self._subject)
            return
        self._around.conditions.set(
            CONFLICT,
            self._subject,
            f"{self.label} answers garbled again and again: another device may have its address;"
            " give one of them another, or check wiring and termination",
        )

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
        except SlaveError as error:
            self._identified = False
            if not self.device.maintenance:
                self._fail(error)
        finally:
            self.running = False

    def _fail(self, error: SlaveError) -> None:
        if isinstance(error, LineDown):
            self.lose_line(str(error))
        elif not isinstance(error, LineSeized):
            self._fall_silent(error)

    async def _meet(self, missed: Callable[[], None]) -> None:
        now = self._monotonic()
        stale_plate = not self._instant and now >= self._hello_at
        if (not self._identified or stale_plate) and not await self._identify(missed):
            return
        extra = sorted(self._due, key=lambda read: read.start)
        for read in (*self._instant, *extra):
            if self._refused.get(read, 0.0) <= now and self._is_read():
                await self._read(read, missed)

    def _is_read(self) -> bool:
        """Whether it may be read at all; that may change while it is asked."""
        return self.image is not None and not self.device.maintenance

    async def _read(self, read: Read, missed: Callable[[], None]) -> None:
        try:
            answer = await self._ask(read.pdu, missed)
        except SlaveException as error:
            if error.code not in BUSY:
                self._due.discard(read)
                self._refuse(read, error)
            return
        self._due.discard(read)
        if self.image is None or self.device.maintenance:
            return
        self.image.put(read.start, answer[2:])
        if self._refused.pop(read, None) is not None and not self._refused:
            self._turn_to(SlaveState.ONLINE, self._remark)

    async def _ask(self, pdu: bytes, missed: Callable[[], None]) -> bytes:
        """Ask once, and once more after a time-out, unless it is silent already."""
        try:
            return await self._ask_once(pdu)
        except LineSeized:
            raise
        except SlaveTimeout:
            missed()
            if self.state is SlaveState.SILENT:
                raise
        return await self._ask_once(pdu)

    async def _ask_once(self, pdu: bytes) -> bytes:
        try:
            answer = await self._around.line.request(self.unit, pdu, Priority.POLL, self.unit)
        except SlaveError as error:
            self.garbling.note(garbled=isinstance(error, SlaveGarbled))
            raise
        self.garbling.note(garbled=False)
        return answer

    async def _identify(self, missed: Callable[[], None]) -> bool:
        """Whether the slave is the one that the topology says, and may be polled."""

        async def ask(start: int, count: int) -> bytes:
            pdu = b"\x03" + start.to_bytes(2, "big") + count.to_bytes(2, "big")
            return (await self._ask(pdu, missed))[2:]

        try:
            found = await identify(ask, self._around.catalogue, self.model)
        except SlaveException as error:
            if not self.device.maintenance:
                self._estrange(f"does not identify itself (exception {error.code:#04x})")
            return False
        return not self.device.maintenance and self._recognise(found)

    def _recognise(self, found: Identified) -> bool:
        """Say who answered; whether it may be polled."""
        plate = found.plate
        model = found.model.key if found.model else ""
        former = self.identity
        self.identity = SlaveIdentity(
            model, plate.words, plate.serial, found.net_id, words(plate.release)
        )
        self._around.conditions.clear(TIMEOUT, self._subject)
        verdict = judge(self.device, self.model, found)
        if verdict.strange:
            self._around.conditions.clear(REPLACED, self._subject)
            self._estrange(verdict.strange)
            return False
        self._around.conditions.clear(STRANGER, self._subject)
        self._remark = verdict.replaced
        reason = f"{self.label} {verdict.replaced}" if verdict.replaced else ""
        self._around.conditions.judge(REPLACED, self._subject, reason)
        self._compare_firmware(model, plate.release)
        if self._needs_consent():
            reason = "its register map is our own guess: confirm it before it is polled"
            self._wait_longest(SlaveState.UNCONFIRMED, reason)
            return False
        self._come_online(same=bool(plate.serial) and former == self.identity)
        return True

    def _compare_firmware(self, model: str, release: Release) -> None:
        """Say where a newer one is known; our own table is only about our own simulated devices."""
        known = self._around.catalogue.newest.get(model)
        if known is None or (known.ours and not self._around.simulated):
            return
        reason = ""
        if any(release) and release < known.release:
            reason = (
                f"{self.label} runs firmware {words(release)}, but {words(known.release)} exists:"
                " update it"
            )
        self._around.conditions.judge(NEWER, self._subject, reason)

    def _needs_consent(self) -> bool:
        ours = self.model is not None and self.model.certainty is Certainty.OURS
        return ours and not self._around.simulated and not self.device.confirmed

    def _come_online(self, *, same: bool) -> None:
        """`same`: the very unit that was read before, by its serial number."""
        self._hello_at = self._monotonic() + HELLO_EVERY
        if self._identified:
            return
        self._identified = True
        self._back_off = RETRY_FIRST
        self.retry_at = None
        self._refused.clear()
        self.deal(Pace.BOUNDARY)
        if self.image is not None:
            if not same:
                self.image.invalidate()
            self.image.silent = False
        self._turn_to(SlaveState.ONLINE, self._remark)

    def _refuse(self, read: Read, error: SlaveException) -> None:
        self._refused[read] = self._monotonic() + REFUSED_FOR
        self._turn_to(
            SlaveState.ONLINE, f"refuses to read {read.block} (exception {error.code:#04x})"
        )

    def _fall_silent(self, error: SlaveError) -> None:
        self._stand_back(silent=True)
        self.retry_at = self._monotonic() + min(self._back_off, self._around.retry_max)
        self._back_off = min(2 * self._back_off, self._around.retry_max)
        how = "answers garbled" if isinstance(error, SlaveGarbled) else "does not answer"
        self._around.conditions.set(
            TIMEOUT,
            self._subject,
            f"{self.label} {how}: check its supply, its wiring and its address",
        )
        self._turn_to(SlaveState.SILENT, str(error))

    def _estrange(self, reason: str) -> None:
        self._around.conditions.set(STRANGER, self._subject, f"{self.label} {reason}")
        self._wait_longest(SlaveState.STRANGER, reason)

    def _wait_longest(self, state: SlaveState, reason: str) -> None:
        self._stand_back(silent=False)
        self.retry_at = self._monotonic() + self._around.retry_max
        self._turn_to(state, reason)

    def _stand_back(self, *, silent: bool) -> None:
        """It is not polled any more: its values are stale; a silent one need not be asked."""
        self._identified = False
        if self.image is not None:
            self.image.silent = silent
            if not silent:
                self.image.invalidate()

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
