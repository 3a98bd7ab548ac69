"""The queue: order, fairness between clients and classes, equal reads asked once."""

import asyncio
from collections.abc import Hashable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digigate.bus.queue import Exchange, RequestQueue
from digigate.bus.requests import Priority


def read(start: int, count: int = 2) -> bytes:
    return b"\x03" + start.to_bytes(2, "big") + count.to_bytes(2, "big")


def anything(_: Exchange) -> bool:
    return True


class Waiting:
    """A queue and the futures of those who wait in it."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.queue = RequestQueue()

    def ask(
        self, unit: int, pdu: bytes, priority: Priority, client: Hashable = None
    ) -> asyncio.Future[bytes]:
        waiter: asyncio.Future[bytes] = self.loop.create_future()
        self.queue.add(unit, pdu, priority, client, waiter)
        return waiter

    def order(self) -> list[int]:
        """Units in the order in which the line would ask them."""
        units = []
        while (exchange := self.queue.take(anything)) is not None:
            units.append(exchange.unit)
            exchange.answer(b"")
        return units


@pytest.fixture
def waiting() -> Waiting:
    found = Waiting()
    found.loop.close()
    return found


def test_clients_go_first_but_never_twice_in_a_row_while_polling_waits(waiting: Waiting) -> None:
    for unit in (1, 2, 3):
        waiting.ask(unit, read(0), Priority.POLL, unit)
    for start in range(4):
        waiting.ask(9, read(start), Priority.CLIENT, "a")
    assert waiting.order() == [9, 1, 9, 2, 9, 3, 9]


def test_clients_take_turns(waiting: Waiting) -> None:
    for start in range(3):
        waiting.ask(1, read(start), Priority.CLIENT, "greedy")
    waiting.ask(2, read(0), Priority.CLIENT, "modest")
    assert waiting.order() == [1, 2, 1, 1]


@given(
    st.lists(
        st.tuples(st.sampled_from(Priority), st.integers(1, 4), st.integers(0, 5)), max_size=40
    )
)
def test_everything_is_asked_and_no_class_starves(asks: list[tuple[Priority, int, int]]) -> None:
    waiting = Waiting()
    waiting.loop.close()
    futures = [waiting.ask(u, read(100 * p + start), p, u) for p, u, start in asks]
    taken: list[Priority] = []
    while (exchange := waiting.queue.take(anything)) is not None:
        taken.append(exchange.priority)
        exchange.answer(b"")
    assert all(future.done() for future in futures)
    assert len(taken) == len(set(asks))
    leading = taken[: 2 * min(taken.count(p) for p in Priority)]
    assert all(a is not b for a, b in pairwise(leading))


def test_equal_reads_are_asked_once_and_both_are_answered(waiting: Waiting) -> None:
    first = waiting.ask(1, read(0), Priority.POLL, "poller")
    second = waiting.ask(1, read(0), Priority.CLIENT, "a")
    exchange = waiting.queue.take(anything)
    assert exchange is not None
    late = waiting.ask(1, read(0), Priority.CLIENT, "b")
    exchange.answer(b"data")
    assert [f.result() for f in (first, second, late)] == [b"data"] * 3
    assert waiting.queue.take(anything) is None


def test_a_client_that_joins_a_poll_makes_it_urgent(waiting: Waiting) -> None:
    waiting.ask(1, read(0), Priority.POLL, 1)
    waiting.ask(2, read(0), Priority.POLL, 2)
    waiting.ask(2, read(0), Priority.CLIENT, "a")
    assert waiting.order() == [2, 1]


def test_equal_writes_are_both_made(waiting: Waiting) -> None:
    for _ in range(2):
        waiting.ask(1, bytes.fromhex("0600010203"), Priority.CLIENT, "a")
    assert waiting.order() == [1, 1]


def test_what_nobody_waits_for_any_more_is_not_asked(waiting: Waiting) -> None:
    gone = waiting.ask(1, read(0), Priority.CLIENT, "a")
    waiting.ask(2, read(0), Priority.CLIENT, "a")
    gone.cancel()
    assert waiting.order() == [2]


def test_an_answered_read_is_not_joined(waiting: Waiting) -> None:
    waiting.ask(1, read(0), Priority.CLIENT, "a")
    exchange = waiting.queue.take(anything)
    assert exchange is not None
    exchange.answer(b"old")
    again = waiting.ask(1, read(0), Priority.CLIENT, "a")
    assert not again.done()
    assert waiting.order() == [1]


def test_a_barred_slave_keeps_its_order_and_holds_up_nobody_else(waiting: Waiting) -> None:
    for start, unit in enumerate((1, 1, 2)):
        waiting.ask(unit, read(start), Priority.CLIENT, "a")

    def only_second_and_other(exchange: Exchange) -> bool:
        return exchange.pdu != read(0)

    taken = waiting.queue.take(only_second_and_other)
    assert taken is not None
    assert taken.unit == 2
    assert waiting.queue.take(only_second_and_other) is None
    assert waiting.order() == [1, 1]


def test_draining_gives_each_request_once(waiting: Waiting) -> None:
    waiting.ask(1, read(0), Priority.POLL, 1)
    waiting.ask(1, read(0), Priority.CLIENT, "a")
    waiting.ask(2, read(0), Priority.POLL, 2)
    assert sorted(exchange.unit for exchange in waiting.queue.drain()) == [1, 2]
    assert not waiting.queue
