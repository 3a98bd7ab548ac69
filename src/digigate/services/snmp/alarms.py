"""What an alarm is to managers: the record that is told, and its varbinds in order."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, IntFlag

from digigate.services.snmp import ber
from digigate.services.snmp.ber import Oid
from digigate.services.snmp.encoding import moment
from digigate.services.snmp.notifications import kinds
from digigate.services.snmp.tree import Notification

ZERO_DOT_ZERO: Oid = (0, 0)
NAME_MAX, TEXT_MAX = 64, 255  # octets


class AlarmType(IntEnum):
    """alarmType."""

    MEASUREMENT = 1
    LOGIC = 2
    COMBINATION = 3
    SYSTEM = 4
    PQ = 5


class AlarmSubtype(IntEnum):
    """alarmSubtype."""

    NONE = 0
    ROTATION = 1
    CT_DISCONNECTED = 2
    VI_ASSOCIATION = 3
    SWELL = 4
    SAG = 5
    INTERRUPTION = 6
    OVERCURRENT = 7
    HIGH = 8
    LOW = 9
    INPUT = 10
    GATEWAY = 11


class AlarmSeverity(IntEnum):
    """alarmSeverity."""

    INFORMATION = 1
    NON_CRITICAL = 2
    CRITICAL = 3


class AlarmState(IntEnum):
    """alarmState."""

    ACTIVE = 1
    CLEARED = 2
    ACKNOWLEDGED = 3


class Phases(IntFlag):
    """pqPhases: the first bit of a BITS value is the highest one of its octet."""

    NEUTRAL = 0x10
    PHASE_3 = 0x20
    PHASE_2 = 0x40
    PHASE_1 = 0x80


@dataclass(frozen=True, slots=True)
class Course:
    """How an event of power quality went: milliseconds, and the unit of the watched instance."""

    duration: int
    extremum: int
    phases: Phases


@dataclass(frozen=True, slots=True)
class AlarmNotice:
    """One alarm as managers see it; `time` is when it began, or ended where it is cleared."""

    index: int
    time: datetime
    type: AlarmType
    severity: AlarmSeverity
    text: str
    subtype: AlarmSubtype = AlarmSubtype.NONE
    address: int = 0
    load: int = 0
    device_name: str = ""
    load_name: str = ""
    state: AlarmState = AlarmState.ACTIVE
    service: Oid = ZERO_DOT_ZERO
    """The instance that is watched."""
    value: int = 0
    threshold: int = 0
    course: Course | None = None
    """Of an event of power quality, instead of value and threshold."""


RAISED = {
    AlarmType.MEASUREMENT: "measurementAlarmRaised",
    AlarmType.LOGIC: "logicAlarmRaised",
    AlarmType.COMBINATION: "combinationAlarmRaised",
    AlarmType.SYSTEM: "systemAlarmRaised",
    AlarmType.PQ: "pqEventStarted",
}
CLEARED = {
    AlarmType.MEASUREMENT: "measurementAlarmCleared",
    AlarmType.LOGIC: "logicAlarmCleared",
    AlarmType.COMBINATION: "combinationAlarmCleared",
    AlarmType.SYSTEM: "systemAlarmCleared",
    AlarmType.PQ: "pqEventEnded",
}
NO_COURSE = Course(0, 0, Phases(0))

VALUES: Mapping[str, Callable[[AlarmNotice], bytes]] = {
    "alarmIndex": lambda a: ber.integer(a.index, ber.GAUGE32),
    "alarmTime": lambda a: moment(a.time),
    "alarmDeviceAddress": lambda a: ber.integer(a.address, ber.GAUGE32),
    "alarmLoadNumber": lambda a: ber.integer(a.load, ber.GAUGE32),
    "alarmDeviceName": lambda a: _cut(a.device_name, NAME_MAX),
    "alarmLoadName": lambda a: _cut(a.load_name, NAME_MAX),
    "alarmType": lambda a: ber.integer(a.type),
    "alarmSubtype": lambda a: ber.integer(a.subtype),
    "alarmSeverity": lambda a: ber.integer(a.severity),
    "alarmState": lambda a: ber.integer(a.state),
    "alarmServiceOid": lambda a: ber.object_id(a.service),
    "alarmValue": lambda a: ber.integer(a.value),
    "alarmThreshold": lambda a: ber.integer(a.threshold),
    "alarmText": lambda a: _cut(a.text, TEXT_MAX),
    "pqDuration": lambda a: ber.integer(_course(a).duration, ber.GAUGE32),
    "pqExtremum": lambda a: ber.integer(_course(a).extremum),
    "pqPhases": lambda a: ber.tlv(ber.OCTETS, bytes((_course(a).phases,))),
}
"""Every object that an alarm tells but alarmReminder, which is not the alarm's own."""


def alarm_notification(alarm: AlarmNotice, reminder: int = 0) -> Notification:
    """That an alarm is active (told again for the n-th time), or that it is over."""
    names = CLEARED if alarm.state is AlarmState.CLEARED else RAISED
    kind = kinds()[names[alarm.type]]
    return Notification(
        kind.oid,
        tuple(
            ((*each.oid, alarm.index), _value(each.name, alarm, reminder)) for each in kind.objects
        ),
    )


def _value(name: str, alarm: AlarmNotice, reminder: int) -> bytes:
    if name == "alarmReminder":
        return ber.integer(reminder, ber.GAUGE32)
    return VALUES[name](alarm)


def _course(alarm: AlarmNotice) -> Course:
    return alarm.course or NO_COURSE


def _cut(text: str, most: int) -> bytes:
    """At most so many octets of UTF-8, and no half of a letter."""
    return ber.text(text.encode()[:most].decode(errors="ignore"))
