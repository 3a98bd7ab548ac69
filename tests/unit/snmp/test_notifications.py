"""The notifications of the MIB are what the facts say."""

from digigate.services.snmp.measures import PRODUCTS
from digigate.services.snmp.notifications import kinds


def test_the_notifications_are_numbered_as_the_mib_has_them() -> None:
    assert [kind.oid for kind in kinds().values()] == [(*PRODUCTS, 90, 0, n) for n in range(1, 15)]
    assert list(kinds())[::6] == ["measurementAlarmRaised", "systemAlarmRaised", "topologyChanged"]


def test_an_alarm_tells_its_objects_in_order() -> None:
    told = [each.name for each in kinds()["logicAlarmRaised"].objects]
    assert told[:5] == [
        "alarmIndex", "alarmTime", "alarmDeviceAddress", "alarmLoadNumber", "alarmDeviceName",
    ]  # fmt: skip
    assert told[-4:] == ["alarmValue", "alarmThreshold", "alarmReminder", "alarmText"]
    assert len(told) == 15


def test_an_event_tells_its_course_instead_of_a_value() -> None:
    told = [each.name for each in kinds()["pqEventStarted"].objects]
    assert told[10:] == [
        "alarmServiceOid", "pqDuration", "pqExtremum", "pqPhases", "alarmReminder", "alarmText",
    ]  # fmt: skip


def test_every_object_has_one_place() -> None:
    objects = {each.oid: each.name for kind in kinds().values() for each in kind.objects}
    assert len(set(objects.values())) == len(objects)
    assert all(oid[: len(PRODUCTS)] == PRODUCTS for oid in objects)
