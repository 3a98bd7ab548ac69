"""The board of what is wrong: one flag per kind and subject."""

from datetime import UTC, datetime, timedelta

import pytest

from digigate.clock import Clock
from digigate.conditions import Condition, Conditions

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def clock() -> Clock:
    return Clock(started=START, monotonic=lambda: 0.0)


@pytest.fixture
def conditions(clock: Clock) -> Conditions:
    return Conditions(clock)


def test_a_flag_keeps_its_since_when_the_reason_changes(
    conditions: Conditions, clock: Clock
) -> None:
    conditions.set("slave.timeout", "4", "no answer")
    clock.step(timedelta(minutes=5))
    conditions.set("slave.timeout", "4", "half an answer")
    assert conditions.active() == (Condition("slave.timeout", "4", START, "half an answer"),)


def test_a_flag_that_comes_back_is_a_new_one(conditions: Conditions, clock: Clock) -> None:
    conditions.set("line.down", "rs485", "unplugged")
    conditions.clear("line.down", "rs485")
    assert conditions.active() == ()
    clock.step(timedelta(hours=1))
    conditions.set("line.down", "rs485", "unplugged")
    assert conditions.active()[0].since == START + timedelta(hours=1)


def test_flags_are_told_apart_by_kind_and_subject(conditions: Conditions) -> None:
    conditions.set("slave.timeout", "4", "a")
    conditions.set("slave.timeout", "5", "b")
    conditions.set("line.down", "4", "c")
    conditions.clear("slave.timeout", "4")
    assert [(c.name, c.subject) for c in conditions.active()] == [
        ("slave.timeout", "5"),
        ("line.down", "4"),
    ]
    assert [c.reason for c in conditions.active("slave.timeout")] == ["b"]


def test_watchers_hear_each_raise_and_each_end_once(conditions: Conditions) -> None:
    told: list[tuple[str, bool]] = []
    with conditions.watch(lambda c, active: told.append((c.reason, active))):
        conditions.clear("line.down", "rs485")
        conditions.set("line.down", "rs485", "unplugged")
        conditions.set("line.down", "rs485", "unplugged")
        conditions.set("line.down", "rs485", "still unplugged")
        conditions.clear("line.down", "rs485")
        conditions.clear("line.down", "rs485")
    conditions.set("line.down", "rs485", "again")
    assert told == [("unplugged", True), ("still unplugged", False)]


def test_a_flag_is_up_while_it_has_a_reason(conditions: Conditions) -> None:
    conditions.judge("vault.lost", "vault", "")
    assert conditions.active() == ()
    conditions.judge("vault.lost", "vault", "no key")
    conditions.judge("vault.lost", "vault", "a wrong key")
    assert [c.reason for c in conditions.active()] == ["a wrong key"]
    conditions.judge("vault.lost", "vault", "")
    assert conditions.active() == ()


def test_a_judged_kind_is_up_for_those_subjects_and_no_others(
    conditions: Conditions, clock: Clock
) -> None:
    told: list[tuple[str, bool]] = []
    conditions.set("line.down", "rs485", "unplugged")
    with conditions.watch(lambda c, active: told.append((c.subject, active))):
        conditions.judge_all("authority.expired", {"A": "since May", "B": "since June"})
        clock.step(timedelta(days=1))
        conditions.judge_all("authority.expired", {"B": "since June", "C": "today"})
    assert told == [("A", True), ("B", True), ("A", False), ("C", True)]
    since = {c.subject: c.since for c in conditions.active("authority.expired")}
    assert since == {"B": START, "C": START + timedelta(days=1)}
    assert [c.subject for c in conditions.active("line.down")] == ["rs485"]
