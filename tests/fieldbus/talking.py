"""Slaves made of dictionaries: what a conversation meets without a line."""

from collections.abc import AsyncGenerator, Hashable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from digigate.bus import Counters, SlaveState, SlaveStatus
from digigate.bus.conversation import Ask, Conversation
from digigate.catalogue import Model, Value, encode
from digigate.errors import SlaveException, SlaveTimeout
from digigate.watchers import Watchers

LOCK, OPEN = 58112, 1000


class Talker:
    """Registers of one model; remembers each request and refuses what a test tells it to."""

    def __init__(self, model: Model, values: Mapping[str, Value] | None = None) -> None:
        self.model = model
        self.words: dict[int, int] = {}
        self.asked: list[str] = []
        self.refuses: dict[int, int] = {}  # by register: the exception
        self.deaf_after: int | None = None  # requests until it falls silent
        self.stubborn: set[int] = set()  # registers that forget what is written
        self.locked = {p.address for p in model.points if p.locked}
        for name, value in (values or {}).items():
            self.put(name, value)

    def put(self, name: str, value: Value) -> None:
        """Let a register hold a value."""
        point = next(p for p in self.model.points if p.name == name)
        self._store(point.address, encode(value, point.type, point.words, point.scale))

    def talk(self) -> Conversation:
        """A new conversation with it."""
        return Conversation(self.ask, self.model)

    async def ask(self, pdu: bytes) -> bytes:
        """One request, answered at once."""
        if self.deaf_after is not None and len(self.asked) >= self.deaf_after:
            raise SlaveTimeout("the slave did not answer")
        start, count = (int.from_bytes(pdu[i : i + 2], "big") for i in (1, 3))
        if pdu[0] == 3:
            self.asked.append(f"read {start}+{count}")
            self._refuse(start)
            words = (self.words.get(start + k, 0).to_bytes(2, "big") for k in range(count))
            return bytes((3, 2 * count)) + b"".join(words)
        data = pdu[3:5] if pdu[0] == 6 else pdu[6:]
        self.asked.append(f"write {start} := {data.hex()}")
        self._refuse(start)
        if start in self.locked and self.words.get(LOCK) != OPEN:
            raise SlaveException(3)
        if start not in self.stubborn:
            self._store(start, data)
        return pdu[:5]

    @property
    def writes(self) -> list[str]:
        """The writes among what was asked."""
        return [asked for asked in self.asked if asked.startswith("write")]

    def _refuse(self, start: int) -> None:
        if start in self.refuses:
            raise SlaveException(self.refuses[start])

    def _store(self, start: int, data: bytes) -> None:
        for index in range(len(data) // 2):
            self.words[start + index] = int.from_bytes(data[2 * index : 2 * index + 2], "big")


SINCE = datetime(2026, 6, 1, tzinfo=UTC)


def status(
    unit: int, state: SlaveState = SlaveState.ONLINE, since: datetime = SINCE
) -> SlaveStatus:
    """A slave as the bus tells of it."""
    return SlaveStatus(unit, "rs485", state, since, "", None, Counters(), None, None, None)


class TalkingBus:
    """Some of them by address."""

    def __init__(self, slaves: dict[int, Talker]) -> None:
        self.talkers = slaves
        self.states = {unit: status(unit) for unit in slaves}
        self._watchers = Watchers[[]]()
        self.watch = self._watchers.watch

    def slaves(self) -> dict[int, SlaveStatus]:
        """All of them."""
        return self.states

    @asynccontextmanager
    async def session(self, unit: int, client: Hashable) -> AsyncGenerator[Ask, None]:
        """Ask one of them."""
        yield self.talkers[unit].ask
