"""An alarm as managers see it, and how often they hear of it."""

from datetime import datetime, timedelta, timezone

import pytest

from digigate.services.snmp import ber
from digigate.services.snmp.alarms import (
    AlarmNotice,
    AlarmSeverity,
    AlarmState,
    AlarmSubtype,
    AlarmType,
    Course,
    Phases,
    alarm_notification,
)
from digigate.services.snmp.notifications import kinds
from digigate.services.snmp.reminders import AlarmTelling
from digigate.services.snmp.tree import Notification

NOON = datetime(2026, 7, 14, 12, 30, 15, 500_000, tzinfo=timezone(timedelta(hours=2)))
ALARM = AlarmNotice(
    3, NOON, AlarmType.MEASUREMENT, AlarmSeverity.CRITICAL, "I1 above 32 A", AlarmSubtype.HIGH,
    4, 1, "Server room", "PC", value=33_000, threshold=32_000,
    service=(1, 3, 6, 1, 4, 1, 4555, 10, 20, 20, 1, 10000, 4, 1),
)  # fmt: skip


class Heard:
    def __init__(self) -> None:
        self.told: list[Notification] = []

    def send(self, notification: Notification) -> None:
        self.told.append(notification)


def values(told: Notification) -> dict[str, bytes]:
    names = {each.oid: each.name for kind in kinds().values() for each in kind.objects}
    return {names[oid[:-1]]: value for oid, value in told.varbinds}


def test_an_alarm_tells_everything_in_order_under_its_index() -> None:
    told = alarm_notification(ALARM)
    kind = kinds()["measurementAlarmRaised"]
    assert told.oid == kind.oid
    assert [oid for oid, _ in told.varbinds] == [(*each.oid, 3) for each in kind.objects]
    said = values(told)
    assert said["alarmTime"] == ber.tlv(ber.OCTETS, bytes.fromhex("07ea070e0c1e0f052b0200"))
    assert said["alarmIndex"] == ber.integer(3, ber.GAUGE32)
    assert said["alarmType"] == ber.integer(1)
    assert said["alarmState"] == ber.integer(1)
    assert said["alarmValue"] == ber.integer(33_000)
    assert said["alarmServiceOid"] == ber.object_id(ALARM.service)
    assert said["alarmText"] == ber.text("I1 above 32 A")


@pytest.mark.parametrize("type_", AlarmType)
def test_every_type_has_a_notification_for_its_begin_and_its_end(type_: AlarmType) -> None:
    alarm = AlarmNotice(1, NOON, type_, AlarmSeverity.INFORMATION, "x")
    raised = alarm_notification(alarm).oid[-1]
    over = AlarmNotice(
        1, NOON, type_, AlarmSeverity.INFORMATION, "x", state=AlarmState.CLEARED
    )  # fmt: skip
    assert (raised, alarm_notification(over).oid[-1]) == (2 * type_ - 1, 2 * type_)


def test_an_event_tells_its_course() -> None:
    course = Course(180, 19_500, Phases.PHASE_1 | Phases.PHASE_3)
    event = AlarmNotice(1, NOON, AlarmType.PQ, AlarmSeverity.CRITICAL, "sag", course=course)
    said = values(alarm_notification(event))
    assert said["pqDuration"] == ber.integer(180, ber.GAUGE32)
    assert said["pqExtremum"] == ber.integer(19_500)
    assert said["pqPhases"] == ber.tlv(ber.OCTETS, b"\xa0")
    assert "alarmValue" not in said


def test_a_long_text_ends_with_a_whole_letter() -> None:
    alarm = AlarmNotice(1, NOON, AlarmType.SYSTEM, AlarmSeverity.CRITICAL, "é" * 200)
    assert values(alarm_notification(alarm))["alarmText"] == ber.text("é" * 127)


class Telling:
    """The telling of alarms with a clock in the hand."""

    def __init__(self, minutes: float = 60) -> None:
        self.now = 0.0
        self.minutes = minutes
        self.heard = Heard()
        self.alarms = AlarmTelling(self.heard, lambda: self.minutes, lambda: self.now)

    def after(self, minutes: float) -> list[tuple[int, int]]:
        """What is told by then: number of the notification, and of the reminder."""
        before = len(self.heard.told)
        self.now += minutes * 60
        self.alarms.remind()
        return [
            (told.oid[-1], values(told)["alarmReminder"][-1]) for told in self.heard.told[before:]
        ]


def test_an_alarm_is_told_again_every_hour_and_no_more_after_its_end() -> None:
    telling = Telling()
    telling.alarms.raise_(ALARM)
    assert telling.after(0) == []
    assert telling.after(59.9) == []
    assert telling.after(0.1) == [(1, 1)]
    assert telling.after(59.9) == []
    assert telling.after(0.1) == [(1, 2)]
    telling.alarms.clear(ALARM)
    assert telling.heard.told[-1].oid[-1] == 2
    assert telling.after(600) == []
    assert telling.alarms.active == {}


def test_another_period_counts_at_once() -> None:
    telling = Telling()
    telling.alarms.raise_(ALARM)
    telling.minutes = 5
    assert telling.after(5) == [(1, 1)]


def test_a_reminder_says_that_somebody_has_seen_it() -> None:
    telling = Telling()
    telling.alarms.raise_(ALARM)
    telling.alarms.acknowledge(3)
    telling.alarms.acknowledge(99)
    telling.after(60)
    assert values(telling.heard.told[-1])["alarmState"] == ber.integer(3)
