"""Words with one slave, by one client: registers read and written in order, lock and save kept."""

from collections.abc import Awaitable, Callable

from digigate.bus.plan import READ_MAX
from digigate.catalogue import Model, Point, Value, decode
from digigate.errors import SlaveException

Ask = Callable[[bytes], Awaitable[bytes]]
"""One request PDU to the slave; its answer PDU, or a SlaveError."""

LOCK = 58112
UNLOCK = 1000
ACTION = 57856
SAVE = 0xA1
LEGACY_SAVE = 1536
ILLEGAL_FUNCTION = 1
"""Facts §2: code and registers of the lock block and of saving; older DIRIS A save by 0 to 1536."""


class Conversation:
    """What one client says to one slave, while no other client's request comes between."""

    def __init__(self, ask: Ask, model: Model) -> None:
        self.model = model
        self._ask = ask
        self._unlocked = False

    async def read(self, start: int, count: int) -> bytes:
        """The words of these registers, in as many requests as they need; raises SlaveError."""
        data = b""
        for at in range(start, start + count, READ_MAX):
            size = min(READ_MAX, start + count - at)
            answer = await self._ask(b"\x03" + _words(at, size))
            data += answer[2:]
        return data

    async def value(self, point: Point) -> Value | None:
        """The value of one register; raises SlaveError."""
        return decode(await self.read(point.address, max(point.words, 1)), point.type, point.scale)

    async def write(self, start: int, data: bytes) -> None:
        """Write words; raises SlaveError.

        One word goes by FC06, but by FC16 where the map says so or the slave does not know FC06.
        """
        if len(data) == 2 and self._by_one(start):
            try:
                await self._ask(b"\x06" + _words(start) + data)
            except SlaveException as error:
                if error.code != ILLEGAL_FUNCTION:
                    raise
            else:
                return
        head = b"\x10" + _words(start, len(data) // 2) + bytes((len(data),))
        await self._ask(head + data)

    async def unlock(self) -> None:
        """Open the registers that are locked; a slave without the lock block is left alone."""
        if self._unlocked:
            return
        try:
            await self.write(LOCK, _words(UNLOCK))
        except SlaveException:
            if self._has(LOCK):
                raise
        self._unlocked = True

    async def save(self) -> bool:
        """Make settings permanent; whether the model has a register for it."""
        if self._has(ACTION):
            await self.write(ACTION, _words(SAVE))
        elif self._has(LEGACY_SAVE):
            await self.write(LEGACY_SAVE, _words(0))
        else:
            return False
        return True

    def _by_one(self, address: int) -> bool:
        """Whether FC06 may write there: the map says so, or it says nothing."""
        said = next((p.access for p in self.model.points if p.address == address), "")
        return "W" in said or "M" not in said

    def _has(self, address: int) -> bool:
        return any(p.address == address and p.quantity is None for p in self.model.points)


def _words(*numbers: int) -> bytes:
    return b"".join(number.to_bytes(2, "big") for number in numbers)
