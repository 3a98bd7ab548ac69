"""What can be set: columns, each with what its values do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from digigate.bus.configuring import jobs
from digigate.bus.roster import Roster
from digigate.errors import SettingsError
from digigate.services.snmp.ber import Oid
from digigate.services.snmp.channels import RESETS
from digigate.services.snmp.mib2.system import CONTACT, LOCATION, NAME
from digigate.services.snmp.schema import places
from digigate.services.snmp.tree import ErrorStatus
from digigate.services.snmp.writing.deeds import Beginning, Deed, Preference, Shown, Switch
from digigate.services.snmp.writing.refusal import Refusal
from digigate.services.snmp.writing.values import line, number

AUTHENTICATION_TRAPS: Oid = (1, 3, 6, 1, 2, 1, 11, 30)
PREFIX = "reset-"
"""Of the tasks that let a counter begin anew; the orders call counters without it."""
NAME_MAX, LINE_MAX = 32, 255
IDLE, RESET = 0, 1
OFF, ON = "off", "on"
ENABLED, DISABLED = 1, 2

Judge = Callable[[Oid, bytes], Deed | None]
"""What setting an instance to a value does; None = nothing, it is so; raises Refusal."""


@dataclass(frozen=True, slots=True)
class Line:
    """A scalar that is a text of the settings."""

    path: str
    longest: int

    def __call__(self, instance: Oid, value: bytes) -> Deed:
        """The setting with this text."""
        text = line(value, self.longest)
        _assert_scalar(instance)
        return Preference(self.path, text)


def authentication_traps(instance: Oid, value: bytes) -> Deed:
    """snmpEnableAuthenTraps."""
    wanted = number(value, (ENABLED, DISABLED)) == ENABLED
    _assert_scalar(instance)
    return Preference("snmp.authen_traps", wanted)


class Slaves:
    """What can be set in the slaves."""

    def __init__(self, roster: Roster, shown: Shown) -> None:
        self._roster = roster
        self._shown = shown

    def output(self, instance: Oid, value: bytes) -> Deed:
        """outputState: address and output."""
        state = ON if number(value, (0, 1)) else OFF
        address, output = _pair(instance)
        model = self._roster.model(address)
        if not model or not model.outputs or not 1 <= output <= model.outputs.count:
            raise Refusal(ErrorStatus.NO_CREATION)
        if f"output/{output}" not in jobs(model):  # nobody knows how it is switched
            raise Refusal(ErrorStatus.NOT_WRITABLE)
        self._assert_there(address)
        return Switch(address, output, state, self._shown)

    def reset(self, task: str) -> Judge:
        """One column of resetTable: address and load."""

        def judge(instance: Oid, value: bytes) -> Deed | None:
            wanted = number(value, (IDLE, RESET))
            address, load = _pair(instance)
            tasks = self._tasks(address, load)
            single = load == 1 and task in tasks  # without a number: that of the only load
            if not single and f"{task}/{load}" not in tasks:
                raise Refusal(ErrorStatus.NO_CREATION)
            if wanted == IDLE:
                return None
            self._assert_there(address)
            return Beginning(address, None if single else load, task.removeprefix(PREFIX))

        return judge

    def _tasks(self, address: int, load: int) -> Mapping[str, object]:
        """What can be ordered of a slave that has this load."""
        model = self._roster.model(address)
        if model is None:
            return {}
        numbers = {each.number for each in self._roster.device(address).loads}
        return jobs(model) if load in numbers else {}

    def _assert_there(self, address: int) -> None:
        try:
            self._roster.assert_identified(address)
        except SettingsError:
            raise Refusal(ErrorStatus.RESOURCE_UNAVAILABLE) from None


def objects(roster: Roster, shown: Shown) -> Mapping[Oid, Judge]:
    """All columns that can be set."""
    slaves = Slaves(roster, shown)
    return {
        CONTACT: Line("snmp.contact", LINE_MAX),
        NAME: Line("gateway.server", NAME_MAX),
        LOCATION: Line("snmp.location", LINE_MAX),
        AUTHENTICATION_TRAPS: authentication_traps,
        _column("outputTable", "outputState"): slaves.output,
        **{_column("resetTable", name): slaves.reset(task) for name, task in RESETS.items()},
    }


def _column(table: str, name: str) -> Oid:
    place = places()[table]
    return (*place.oid, 1, place.shown[name])


def _assert_scalar(instance: Oid) -> None:
    if instance != (0,):
        raise Refusal(ErrorStatus.NO_CREATION)


def _pair(instance: Oid) -> tuple[int, int]:
    if len(instance) != 2:
        raise Refusal(ErrorStatus.NO_CREATION)
    return instance[0], instance[1]
