"""What a SET does: each deed is an order, and most can be undone by another."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from digigate.errors import SlaveError

Order = Callable[[str, Mapping[str, object]], Awaitable[Any]]
"""`Commands.execute` on behalf of who sets."""
Shown = Callable[[int], Awaitable[None]]
"""Returns once the gateway itself has read a slave again, or does not wait any longer."""


class Deed(Protocol):
    """One value to set."""

    @property
    def lasting(self) -> bool:
        """Whether it cannot be undone."""

    async def do(self, order: Order) -> None:
        """Carry it out; it holds when this returns.

        Raises:
            DigigateError: it was refused, or nobody knows what came of it.
        """

    async def undo(self, order: Order) -> None:
        """Let it be as it was before `do`, whether that has returned or raised.

        Raises:
            DigigateError: it cannot be.
        """


class Preference:
    """A setting of the gateway."""

    lasting = False

    def __init__(self, path: str, value: object) -> None:
        self._path = path
        self._value = value
        self._changes: list[Mapping[str, Any]] = []

    async def do(self, order: Order) -> None:
        """Keep it, and let it act."""
        told = await order("settings.set", {"path": self._path, "value": self._value})
        self._changes = told["changes"]

    async def undo(self, order: Order) -> None:
        """Keep what was there before."""
        for change in self._changes:
            await order("settings.set", {"path": change["path"], "value": change["old"]})


class Switch:
    """An output of a slave."""

    lasting = False

    def __init__(self, address: int, output: int, state: str, shown: Shown) -> None:
        self._address = address
        self._key = f"output/{output}"
        self._state = state
        self._shown = shown
        self._before = ""

    async def do(self, order: Order) -> None:
        """Switch it, and read back that it obeys."""
        told = await self._set(order, self._state)
        self._before = told["steps"][0]["before"]
        _assert_done(told)
        await self._shown(self._address)

    async def undo(self, order: Order) -> None:
        """Switch it back, unless it never moved."""
        if not self._before:
            return
        asked = {"address": self._address, "tasks": [self._key]}
        told = await order("configure.show", asked)
        if told["settings"][0]["value"] != self._before:
            _assert_done(await self._set(order, self._before))

    async def _set(self, order: Order, state: str) -> Any:  # noqa: ANN401 -- JSON
        settings = {self._key: state}
        return await order("configure.set", {"address": self._address, "settings": settings})


class Beginning:
    """A counter of a slave that begins anew."""

    lasting = True

    def __init__(self, address: int, load: int | None, counter: str) -> None:
        self._asked = {"address": address, "load": load, "counters": [counter], "agreed": True}
        self._begun = False

    async def do(self, order: Order) -> None:
        """Let it begin anew: what it has counted is lost."""
        told = await order("counters.reset", self._asked)
        self._begun = any(step["written"] for step in told["steps"])
        _assert_done(told)

    async def undo(self, order: Order) -> None:  # noqa: ARG002 -- a Deed
        """Nothing brings back what is lost."""
        if self._begun:
            raise SlaveError("what was counted is lost")


def _assert_done(told: Mapping[str, Any]) -> None:
    if not told["done"]:
        faults = (step["fault"] for step in told["steps"] if step["fault"])
        raise SlaveError(next(faults, told["fault"]))
