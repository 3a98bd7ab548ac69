"""Find every slave that obeys the private addressing mechanism by halving masks of NET IDs.

Ours: see `catalogue/addressing.py`. Bits are fixed from the lowest on, because devices of one batch
have NET IDs that differ there first.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from digigate.bus.detection.asking import Questions, Voice
from digigate.catalogue.addressing import (
    ALL,
    ANYBODY,
    STATE,
    STATE_WORDS,
    Filter,
    Order,
    OrderKind,
    State,
)

BITS = 32
TRIES = 3
"""How often a group is asked again that made noise but was found to have fewer than two members."""


@dataclass(frozen=True, slots=True)
class Member:
    """One slave as it tells of itself; `twins` = several with one NET ID, which nothing parts."""

    net_id: int
    address: int
    pressed_ago: int | None = None
    twins: bool = False


Met = Callable[[Member], Awaitable[None]]
Passed = Callable[[float], None]


async def _nothing(_: Member) -> None:
    """Nobody wants to talk to the member while it alone is selected."""


class Halving:
    """One count of the slaves that `whom` means: a `Filter`, or an address.

    `met` is awaited for each member while it alone answers at `ANYBODY`; `passed` is called with
    the share (0..1) of all NET IDs that are known to be dealt with.
    """

    def __init__(
        self,
        questions: Questions,
        whom: int = Filter.EVERYBODY,
        met: Met = _nothing,
        passed: Passed = lambda _: None,
    ) -> None:
        self._questions = questions
        self._whom = whom
        self._met = met
        self._passed = passed
        self._share = 0.0
        self._members: dict[int, Member] = {}

    async def members(self) -> tuple[Member, ...]:
        """Everybody, by NET ID; an address at which twins sit is that of neither for sure."""
        await self._count(0, 0)
        return tuple(self._members[net_id] for net_id in sorted(self._members))

    async def _count(self, net_id: int, bits: int) -> int:
        """Count those whose `bits` lowest bits are `net_id`; returns how many there are."""
        voice = await self._ask(net_id, (1 << bits) - 1)
        if voice is not Voice.NOISE:
            self._pass(bits)
            return int(voice is not Voice.SILENCE)
        if bits == BITS:
            self._members[net_id] = Member(net_id, 0, twins=True)
            self._pass(bits)
            return 2
        found, before = 0, self._share
        for _ in range(TRIES):
            self._share = before
            found = sum([await self._count(net_id | bit << bits, bits + 1) for bit in (0, 1)])
            if found >= 2:
                break
        return found

    async def _ask(self, net_id: int, mask: int) -> Voice:
        """Select a group and hear it; one that answers alone is met at once."""
        select = Order(OrderKind.SELECT, net_id, mask, self._whom)
        await self._questions.order(select)
        hearing = await self._questions.read(ANYBODY, STATE, STATE_WORDS)
        if hearing.voice is not Voice.CLEAR:
            return hearing.voice
        state = State.decode(hearing.words)
        if not select.means(state.net_id):
            return Voice.NOISE  # the late answer of somebody else
        member = Member(state.net_id, state.address, state.pressed_ago)
        if member.net_id not in self._members:
            self._members[member.net_id] = member
            await self._met(member)
        return Voice.CLEAR

    def _pass(self, bits: int) -> None:
        self._share += 1 / (1 << bits)
        self._passed(self._share)


def exactly(kind: OrderKind, net_id: int, argument: int = 0) -> Order:
    """An order that means one slave."""
    return Order(kind, net_id, ALL, argument)
