"""The gate's arithmetic: who is excluded, when, for how long and why."""

from collections.abc import Callable

import pytest

from digigate.clock import Clock
from digigate.conditions import Conditions
from digigate.firewall import Gate
from digigate.firewall.gate import CLIENTS_MAX
from digigate.firewall.neighbours import Neighbours
from digigate.firewall.rules import Door
from digigate.firewall.sockets import plain_address
from digigate.settings.sections import Firewall

HTTPS, MODBUS_TCP, SNMP = (
    Door("https", "tcp", 443), Door("modbus_tcp", "tcp", 502), Door("snmp", "udp", 161),
)  # fmt: skip
BAD, GOOD = "192.0.2.66", "192.0.2.1"


class Timeline:
    """A clock that tests move; what was put off runs when its time comes."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.waiting: list[tuple[float, Callable[[], None]]] = []

    def monotonic(self) -> float:
        return self.now

    def later(self, delay: float, callback: Callable[[], None]) -> None:
        self.waiting.append((self.now + delay, callback))

    def move(self, seconds: float) -> None:
        self.now += seconds
        due = [entry for entry in self.waiting if entry[0] <= self.now]
        self.waiting = [entry for entry in self.waiting if entry[0] > self.now]
        for _, callback in due:
            callback()


@pytest.fixture
def time() -> Timeline:
    return Timeline()


@pytest.fixture
def conditions() -> Conditions:
    return Conditions(Clock())


def gate(time: Timeline, conditions: Conditions, *, kbits: int = 1000, requests: int = 100) -> Gate:
    limits = Firewall(kbits=kbits, requests=requests)
    return Gate(limits, conditions, time.monotonic, time.later, Neighbours(time.monotonic, dict))


def served(door: Gate, time: Timeline, rate: float, seconds: float) -> int:
    """How many of evenly spaced requests were admitted."""
    count = 0
    for _ in range(int(rate * seconds)):
        time.move(1 / rate)
        count += door.spend(BAD)
    return count


@pytest.mark.manual(282)
@pytest.mark.parametrize("factor", [0.5, 0.9, 1.0])
def test_up_to_the_limit_nobody_is_excluded(
    time: Timeline, conditions: Conditions, factor: float
) -> None:
    door = gate(time, conditions)
    assert served(door, time, 100 * factor, 20) == int(100 * factor * 20)


@pytest.mark.manual(282)
@pytest.mark.parametrize(("factor", "within"), [(1.2, 6.0), (2, 1.1), (10, 0.2)])
def test_above_the_limit_a_client_is_soon_excluded(
    time: Timeline, conditions: Conditions, factor: float, within: float
) -> None:
    door = gate(time, conditions)
    assert served(door, time, 100 * factor, 20) <= 100 * factor * within
    (exclusion,) = door.exclusions()
    assert exclusion.client == BAD
    assert "100 requests/s" in exclusion.reason


@pytest.mark.manual(281)
def test_the_bit_rate_counts_by_itself(time: Timeline, conditions: Conditions) -> None:
    door = gate(time, conditions, kbits=1000)
    for _ in range(50):  # 0.8 Mbit/s
        assert door.admits_read(GOOD, HTTPS, 10_000)
        time.move(0.1)
    assert door.admits_read(BAD, HTTPS, 125_000)
    assert not door.admits_read(BAD, HTTPS, 1)
    (condition,) = conditions.active("client.excluded")
    assert condition.subject == BAD
    assert condition.reason == "sent more than 1000 kbit/s (to https)"


@pytest.mark.manual(283)
def test_an_exclusion_covers_every_service_and_lasts_30_seconds(
    time: Timeline, conditions: Conditions
) -> None:
    door = gate(time, conditions)
    assert not door.spend(BAD, 101)
    (exclusion,) = door.exclusions()
    assert exclusion.until - time.now == 30
    time.move(29.9)
    assert not door.admits_connection(BAD, MODBUS_TCP)
    assert not door.admits_read(BAD, HTTPS, 1)
    assert not door.admits_datagram(BAD, SNMP, 1)
    assert not door.spend(BAD)
    time.move(0.1)
    assert door.exclusions() == ()
    assert conditions.active() == ()
    assert door.spend(BAD, 100)


@pytest.mark.manual(284)
def test_others_are_not_touched(time: Timeline, conditions: Conditions) -> None:
    door = gate(time, conditions)
    door.spend(BAD, 1000)
    for _ in range(300):
        time.move(0.02)
        assert door.admits_datagram(GOOD, SNMP, 100)


def test_what_knocks_during_the_exclusion_does_not_prolong_it(
    time: Timeline, conditions: Conditions
) -> None:
    door = gate(time, conditions)
    door.spend(BAD, 1000)
    assert served(door, time, 1000, 29.9) == 0
    time.move(0.2)
    assert door.spend(BAD)


def test_a_second_exclusion_runs_its_own_30_seconds(time: Timeline, conditions: Conditions) -> None:
    door = gate(time, conditions)
    for _ in range(2):
        door.spend(BAD, 1000)
        time.move(29)
        assert not door.spend(BAD)
        time.move(1)
        assert door.spend(BAD)
    assert len(conditions.active()) == 0


def test_one_address_is_one_client_in_ipv4_and_ipv6(time: Timeline, conditions: Conditions) -> None:
    door = gate(time, conditions)
    assert not door.spend(f"::ffff:{BAD}", 101)
    assert not door.spend(BAD)
    assert plain_address("2001:db8::1") == "2001:db8::1"
    assert plain_address("::ffff:1") == "::ffff:1"


def test_new_limits_hold_at_once(time: Timeline, conditions: Conditions) -> None:
    door = gate(time, conditions, requests=100)
    assert door.spend(BAD, 90)
    door.apply(Firewall(requests=10))
    time.move(5)
    assert not door.spend(BAD, 11)
    door.apply(Firewall(requests=1000))
    assert door.spend(GOOD, 1000)
    assert not door.spend(BAD)


def test_invented_addresses_neither_fill_the_memory_nor_free_a_client(
    time: Timeline, conditions: Conditions
) -> None:
    door = gate(time, conditions)
    door.spend(BAD, 1000)
    for number in range(2 * CLIENTS_MAX):
        assert door.admits_datagram(f"2001:db8::{number:x}", SNMP, 50)
    assert len(door._meters) == CLIENTS_MAX
    assert not door.spend(BAD)


def test_even_the_excluded_are_bounded(time: Timeline, conditions: Conditions) -> None:
    door = gate(time, conditions)
    for number in range(CLIENTS_MAX + 10):
        assert not door.spend(f"2001:db8::{number:x}", 1000)
    assert len(door.exclusions()) == len(conditions.active()) == CLIENTS_MAX
    time.move(30)
    assert door.exclusions() == ()
    assert conditions.active() == ()


def test_a_flood_of_tiny_segments_is_a_flood(time: Timeline, conditions: Conditions) -> None:
    door = gate(time, conditions)
    admitted = 0
    for _ in range(20_000):
        time.move(1 / 40_000)
        admitted += door.admits_read(BAD, MODBUS_TCP, 1)
    assert 8000 <= admitted < 12_000


def test_the_default_limits_leave_room_for_a_busy_client(
    time: Timeline, conditions: Conditions
) -> None:
    door = Gate(Firewall(), conditions, time.monotonic, time.later)
    for _ in range(32):
        assert door.admits_connection(GOOD, MODBUS_TCP)
    for _ in range(320 * 10):  # 32 connections at 10 requests/s, an SNMP walk on top
        time.move(1 / 320)
        assert door.admits_read(GOOD, MODBUS_TCP, 12)
        assert door.spend(GOOD)
        assert door.admits_datagram(GOOD, SNMP, 90)


def test_requests_through_purses_and_by_themselves_are_counted_together(
    time: Timeline, conditions: Conditions
) -> None:
    door = gate(time, conditions)
    spend, spend_too = door.purse(BAD, "modbus_tcp"), door.purse(f"::ffff:{BAD}", "rtu_tcp")
    assert sum(spend(1) and spend_too(1) and door.spend(BAD) for _ in range(33)) == 33
    assert spend(1)
    assert not spend_too(1)
    assert not spend(1)
    (exclusion,) = door.exclusions()
    assert exclusion.reason == "sent more than 100 requests/s (to rtu_tcp)"


def test_a_purse_is_shut_during_an_exclusion_and_open_after_it(
    time: Timeline, conditions: Conditions
) -> None:
    door = gate(time, conditions)
    before = door.purse(BAD, "modbus_tcp")
    assert not door.spend(BAD, 101)
    during = door.purse(BAD, "modbus_tcp")
    time.move(29.9)
    assert not before(1)
    assert not during(1)
    time.move(0.2)
    assert before(1)
    assert during(1)
    assert door.spend(BAD, 90)
    assert not before(20)


def test_a_purse_whose_meter_lost_its_place_still_counts(
    time: Timeline, conditions: Conditions
) -> None:
    door = gate(time, conditions)
    spend = door.purse(BAD, "modbus_tcp")
    assert spend(60)
    for number in range(CLIENTS_MAX):
        assert door.spend(f"2001:db8::{number:x}")
    assert spend(40)
    assert not spend(1)


def test_what_an_exempt_client_sends_is_not_counted(time: Timeline, conditions: Conditions) -> None:
    door = gate(time, conditions)
    with door.exempt("::ffff:" + BAD):
        assert all(door.admits_read(BAD, HTTPS, 1_000_000) for _ in range(20))
        assert not door.admits_read(GOOD, HTTPS, 1_000_000)
    assert door.admits_read(BAD, HTTPS, 100_000)
    assert not door.admits_read(BAD, HTTPS, 1_000_000)


def test_requests_of_an_exempt_client_are_counted(time: Timeline, conditions: Conditions) -> None:
    door = gate(time, conditions)
    with door.exempt(BAD), door.exempt(BAD):
        assert not door.spend(BAD, 101)
        assert not door.admits_read(BAD, HTTPS, 1)
