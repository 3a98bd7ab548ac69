"""What waits for the line: two classes, fair between clients, equal reads asked once."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

from digigate.bus.frames import READ_REGISTERS, Expected, build, expect
from digigate.bus.requests import Priority

_CLIENTS_FIRST = (Priority.CLIENT, Priority.POLL)
_POLLS_FIRST = (Priority.POLL, Priority.CLIENT)

Admits = Callable[["Exchange"], bool]


@dataclass(slots=True, eq=False, weakref_slot=True)
class Exchange:
    """One request on its way, with everybody who waits for its answer."""

    unit: int
    pdu: bytes
    frame: bytes
    expected: Expected
    priority: Priority
    patience: float | None = None
    waiters: list[asyncio.Future[bytes]] = field(default_factory=list)
    taken: bool = False

    def wanted(self) -> bool:
        """Whether anybody still waits."""
        return any(not waiter.done() for waiter in self.waiters)

    def answer(self, pdu: bytes) -> None:
        """Give the answer to all who wait."""
        for waiter in self.waiters:
            if not waiter.done():
                waiter.set_result(pdu)

    def fail(self, error: Exception) -> None:
        """Let all who wait raise `error`."""
        for waiter in self.waiters:
            if not waiter.done():
                waiter.set_exception(error)


class _Class:
    """The requests of one priority: clients take turns, each in its own order."""

    __slots__ = ("_clients",)

    def __init__(self) -> None:
        self._clients: OrderedDict[Hashable, deque[Exchange]] = OrderedDict()

    def __bool__(self) -> bool:
        return bool(self._clients)

    def add(self, client: Hashable, exchange: Exchange) -> None:
        self._clients.setdefault(client, deque()).append(exchange)

    def take(self, admits: Admits) -> Exchange | None:
        for client in tuple(self._clients):
            waiting = self._clients[client]
            _forget_leading(waiting)
            exchange = _first(waiting, admits)
            if exchange is not None:
                waiting.remove(exchange)
                self._clients.move_to_end(client)
            if not waiting:
                del self._clients[client]
            if exchange is not None:
                return exchange
        return None

    def drain(self) -> list[Exchange]:
        waiting = [exchange for queue in self._clients.values() for exchange in queue]
        self._clients.clear()
        return waiting


def _forget_leading(waiting: deque[Exchange]) -> None:
    while waiting and (waiting[0].taken or not waiting[0].wanted()):
        waiting.popleft()


def _first(waiting: deque[Exchange], admits: Admits) -> Exchange | None:
    """The first that may go now; one slave's requests never overtake each other."""
    barred: set[int] = set()
    for exchange in waiting:
        if exchange.taken or not exchange.wanted() or exchange.unit in barred:
            continue
        if admits(exchange):
            return exchange
        barred.add(exchange.unit)
    return None


class RequestQueue:
    """Clients go before polling, but at most one in two, so that polling never starves."""

    __slots__ = ("_classes", "_joinable", "_last")

    def __init__(self) -> None:
        self._classes = {priority: _Class() for priority in Priority}
        self._joinable: WeakValueDictionary[tuple[int, bytes], Exchange] = WeakValueDictionary()
        self._last = Priority.POLL

    def __bool__(self) -> bool:
        return any(self._classes.values())

    def add(
        self,
        unit: int,
        pdu: bytes,
        priority: Priority,
        client: Hashable,
        waiter: asyncio.Future[bytes],
        patience: float | None = None,
    ) -> None:
        """Queue a request, or join an equal read that is queued or on the wire already.

        One with a `patience` of its own neither joins nor is joined.

        Raises:
            ValueError: as `frames.expect`.
        """
        exchange = self._joinable.get((unit, pdu)) if patience is None else None
        if exchange is None or not exchange.wanted():
            exchange = self._enter(unit, pdu, priority, patience)
            self._classes[priority].add(client, exchange)
        elif priority < exchange.priority and not exchange.taken:
            exchange.priority = priority
            self._classes[priority].add(client, exchange)
        exchange.waiters.append(waiter)

    def take(self, admits: Admits) -> Exchange | None:
        """The next request that `admits` lets go; None where nothing may go now."""
        polls_first = self._last is Priority.CLIENT
        for priority in _POLLS_FIRST if polls_first else _CLIENTS_FIRST:
            exchange = self._classes[priority].take(admits)
            if exchange is not None:
                self._last = priority
                exchange.taken = True
                return exchange
        return None

    def drain(self) -> list[Exchange]:
        """Take everything out, once each."""
        waiting = [e for class_ in self._classes.values() for e in class_.drain()]
        return list(dict.fromkeys(exchange for exchange in waiting if not exchange.taken))

    def _enter(self, unit: int, pdu: bytes, priority: Priority, patience: float | None) -> Exchange:
        exchange = Exchange(unit, pdu, build(unit, pdu), expect(unit, pdu), priority, patience)
        if pdu[0] in READ_REGISTERS and patience is None:
            self._joinable[unit, pdu] = exchange
        return exchange
