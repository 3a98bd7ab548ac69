"""A slave made of a dictionary: what a conversation meets without a line."""

from collections.abc import Mapping

from digigate.bus.conversation import Conversation
from digigate.catalogue import Model, Value, encode
from digigate.errors import SlaveException, SlaveTimeout

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
