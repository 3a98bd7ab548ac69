"""Guards against late answers: a frame of Modbus RTU does not say which request it answers.

A slave that timed out is *held*: not asked at all until the longest time has passed in which it
may still begin to answer. Beyond that it *owes* an answer for a while: no other request whose
answer would look the same is sent to it, so that even a much later answer cannot be taken for
another register's. The very same request may be repeated, because either answer is right, but only
once. Hearing the late answer while nobody waits for it ends both.
"""

from dataclasses import dataclass

from digigate.bus.frames import Expected, find
from digigate.bus.queue import Exchange

OWED = 2.0
"""Seconds after a request during which its answer may still come in the worst case."""


@dataclass(slots=True)
class Debt:
    """A request that is owed `count` answers, because it was sent so many times too often."""

    unit: int
    pdu: bytes
    expected: Expected
    sent: float
    until: float
    count: int = 1
    repeated: bool = False


class Lateness:
    """Which slaves of a line are held and what they owe; times are monotonic seconds."""

    __slots__ = ("_debts", "_held", "_owed_for")

    def __init__(self, turnaround_max: float) -> None:
        self._owed_for = max(OWED, 4 * turnaround_max)
        self._held: dict[int, float] = {}
        self._debts: dict[bytes, Debt] = {}

    def __bool__(self) -> bool:
        return bool(self._held or self._debts)

    def missed(self, exchange: Exchange, sent: float, held_until: float | None) -> None:
        """A request sent at `sent` got no answer; ask the slave nothing before `held_until`.

        None: who asked vouches that no answer comes any more.
        """
        if held_until is None:
            return
        self._held[exchange.unit] = held_until
        self._owe(exchange, sent, 1)

    def answered(self, exchange: Exchange, sent: float, *, refused: bool) -> None:
        """A request was answered: where the slave owes, it may have been by an older answer."""
        debt = self._debts.get(exchange.expected.prefix)
        if debt is not None:
            self._owe(exchange, sent, 0)
        elif refused and self.in_doubt(exchange.unit):
            self._owe(exchange, sent, 1)

    def in_doubt(self, unit: int) -> bool:
        """Whether the slave owes anything."""
        return any(debt.unit == unit for debt in self._debts.values())

    def free_at(self, exchange: Exchange) -> float:
        """The earliest moment at which this request may be sent; 0 = any time."""
        free = self._held.get(exchange.unit, 0.0)
        debt = self._debts.get(exchange.expected.prefix)
        if debt is None or (debt.pdu == exchange.pdu and not debt.repeated):
            return free
        return max(free, debt.until)

    def expire(self, now: float) -> None:
        """Forget what has passed."""
        self._held = {unit: until for unit, until in self._held.items() if until > now}
        self._debts = {prefix: debt for prefix, debt in self._debts.items() if debt.until > now}

    def next_change(self) -> float | None:
        """When the next hold or debt ends."""
        moments = [*self._held.values(), *(debt.until for debt in self._debts.values())]
        return min(moments, default=None)

    def settle(self, heard: bytearray) -> Debt | None:
        """Look for an owed answer in bytes that answered nobody; returns the debt it pays."""
        for prefix, debt in self._debts.items():
            if find(debt.expected, heard) is None:
                continue
            debt.count -= 1
            if debt.count <= 0:
                del self._debts[prefix]
            if not self.in_doubt(debt.unit):
                self._held.pop(debt.unit, None)
            return debt
        return None

    def _owe(self, exchange: Exchange, sent: float, answers: int) -> None:
        until = sent + self._owed_for
        debt = self._debts.get(exchange.expected.prefix)
        if debt is None:
            self._debts[exchange.expected.prefix] = Debt(
                exchange.unit, exchange.pdu, exchange.expected, sent, until, answers
            )
        else:
            debt.sent, debt.until, debt.repeated = sent, until, True
            debt.count += answers
