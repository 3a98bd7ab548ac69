"""One simulated device: its loads, its registers, its own clock."""

from collections.abc import Mapping

from digigate.catalogue import Model, Statistic
from digigate.simulator.device.answers import ILLEGAL_VALUE, Illegal
from digigate.simulator.device.books import Books, Surroundings, key_of
from digigate.simulator.device.circuits import Circuits
from digigate.simulator.device.clock import DeviceClock, local_time
from digigate.simulator.device.contacts import Contacts
from digigate.simulator.device.deeds import Deed, Words
from digigate.simulator.device.image import Image
from digigate.simulator.device.lock import (
    FACTORY,
    FACTORY_A10,
    REBOOT,
    SAVE,
    Action,
    Blink,
    Lock,
    Save,
)
from digigate.simulator.device.logs import Shelf
from digigate.simulator.device.logs.events import EventKind
from digigate.simulator.device.logs.past import Past
from digigate.simulator.device.nameplate import Nameplate
from digigate.simulator.device.periods import Periods, PeriodSettings
from digigate.simulator.device.resets import Anew, Reset, Resets
from digigate.simulator.device.seat import Seat
from digigate.simulator.device.sources import Giver, Sources
from digigate.simulator.physics.chance import DAY
from digigate.simulator.plant import BusPlan, SlavePlan

HIDDEN = Lock.registers | Action.registers
"""Every device takes these, whether its table lists them or not."""
NATURAL = (Statistic.INSTANT, Statistic.TOTAL)


class Meter:
    """A device on a line."""

    def __init__(self, plan: SlavePlan, model: Model, bus: BusPlan, around: Surroundings) -> None:
        self.plan = plan
        self.model = model
        self.seat = Seat(model, plan.address, plan.baudrate or bus.baudrate)
        self.clock = DeviceClock(
            model, around.clock, 3600 * around.utc_offset, plan.drift, self._clock_set
        )
        self.contacts = Contacts(model, self._look_again, around.seed, *key_of(plan))
        self._circuits = Circuits({load.number: load for load in plan.loads}, model)
        self._periods = Periods(around.period, around.period)
        self._books = Books(plan, around, self._circuits, self._periods, self.contacts)
        self.blink = Blink(model)
        self._lock = Lock(around.monotonic)
        self._asleep: float | None = None
        past = Past(
            model, self.clock.now, self._periods, self._books.find, lambda: self._image.kept
        )
        self._logs = Shelf(past, self.clock.now() - DAY * around.service)
        self._integration = PeriodSettings(model, self._periods, self._logs.lose_curves)
        self._plate = Nameplate(plan, model, around.network, bus)
        self._deeds = self._doers()
        self._owned = frozenset(a for deed in self._deeds for a in deed.registers)
        self._image = Image(model, Sources(model, self._givers(), self._books.find).of)

    def read(self, start: int, count: int) -> bytes:
        """Words as they are now.

        Raises:
            Illegal: 02, not within one declared block.
        """
        for download in self._logs.downloads:
            if download.covers(start):
                return download.read(start, count)
        return self._image.read(start, count, self.clock.now())

    def write(self, start: int, data: bytes) -> None:
        """Take words from a client; all of them, or none where one is wrong.

        Raises:
            Illegal: 02, not writable; 03, a value that cannot be, or a setting that is locked.
        """
        words = {
            start + k: int.from_bytes(data[2 * k : 2 * k + 2], "big") for k in range(len(data) // 2)
        }
        if not words.keys() <= HIDDEN:
            self._image.check_writable(start, len(words))
            self._check_lock(words)
        self._circuits.check(words)
        acts = [deed.prepare(own) for deed in self._deeds if (own := _own(deed, words))]
        self._image.keep({a: word for a, word in words.items() if a not in self._owned})
        self._rewire()
        for act in acts:
            act()
        self._look_again()

    def halt(self) -> None:
        """Lose the supply."""
        self._asleep = self.clock.now()

    def restart(self) -> None:
        """Come back from a loss of supply: what was not saved is forgotten."""
        self._lock.close()
        self.blink.on = False
        self.seat.restart()
        self.contacts.restart()
        self._image.restart()
        self._rewire()
        if self._asleep is not None:
            self._logs.slept(self._asleep)
            self._asleep = None

    def lose_cache(self) -> None:
        """Lose all logs."""
        self._logs.lose()

    def truth(self, load: int) -> Mapping[str, float | str]:
        """Quantity -> its value now; `quantity@statistic` for all but the natural statistic.

        Raises:
            ValueError: no such load.
        """
        t = self.clock.now()
        ledger = self._books.find(load)
        if ledger is None:
            raise ValueError(f"slave {self.seat.address} has no load {load}")
        found: dict[str, float | str] = dict(ledger.at(t))
        for measured in self.model.measurements(load):
            quantity = measured.quantity or ""
            value = ledger.figure(quantity, measured.statistic, t)
            natural = measured.statistic in NATURAL
            if value is not None and not (natural and quantity in found):
                found[quantity if natural else f"{quantity}@{measured.statistic}"] = value
        return found | {"time": local_time(t).isoformat()}

    def describe(self) -> Mapping[str, object]:
        """What `status` tells."""
        plan = self.plan
        told: dict[str, object] = {
            "bus": plan.bus,
            "model": plan.model,
            "name": plan.name,
            "serial": plan.serial,
            "net_id": plan.net_id,
            "loads": len(self._circuits.loads),
        }
        if self.model.inputs:
            told["inputs"] = self.contacts.inputs
        if self.model.outputs:
            told["outputs"] = self.contacts.outputs
        return told

    def _doers(self) -> tuple[Deed, ...]:
        deeds = {SAVE: self._save, REBOOT: self._reboot}
        return (
            self._lock,
            Save(self.model, self._save),
            self.blink,
            Action(deeds | dict.fromkeys((FACTORY, FACTORY_A10), self._forget)),
            self.seat,
            self.clock,
            self.contacts,
            self._integration,
            Resets(self.model, self._reset),
            *self._logs.downloads,
        )

    def _givers(self) -> tuple[Giver, ...]:
        return (
            self.clock.source,
            self._plate.source,
            self._circuits.source,
            self.seat.source,
            self._integration.source,
            self.contacts.source,
            self._logs.source,
        )

    def _look_again(self) -> None:
        """Values may be others than they were at the same moment."""
        self._image.forget_served()

    def _clock_set(self, step: float) -> None:
        self._logs.note(EventKind.CLOCK_SET, round(step))

    def _save(self) -> None:
        self.seat.save()
        self._image.save()
        self._logs.note(EventKind.SETTINGS_SAVED)

    def _reboot(self) -> None:
        self.halt()
        self.restart()

    def _forget(self) -> None:
        self._image.factory()
        self.restart()

    def _reset(self, reset: Reset) -> None:
        """Let something begin anew."""
        t = self.clock.now()
        match reset.anew:
            case Anew.PULSES:
                self.contacts.reset_pulses(reset.bits, t)
            case Anew.CURVES:
                self._logs.lose_curves()
            case Anew.TRENDS:
                self._logs.lose_trends()
            case Anew.EVENTS:
                self._logs.lose_events()
            case _:
                self._books.begin_anew(reset, t)
        self._logs.note(EventKind.RESET, reset.load)

    def _check_lock(self, words: Words) -> None:
        if not self._lock.open and any(point.locked for point in self._image.touched(words)):
            raise Illegal(ILLEGAL_VALUE)

    def _rewire(self) -> None:
        changed = self._circuits.refresh(self._image.kept)
        if changed:
            self._books.close(changed)
            self._image.refill()


def _own(deed: Deed, words: Words) -> Words:
    return {address: word for address, word in words.items() if address in deed.registers}
