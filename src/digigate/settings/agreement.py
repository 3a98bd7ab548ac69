"""What settings, topology and catalogue must agree on; no single section can see it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from digigate.catalogue import Catalogue
from digigate.catalogue.identification import squeezed
from digigate.errors import SettingsError
from digigate.settings.sections import Role, Settings
from digigate.settings.topology import DEVICES_MAX, BusName, Device, Topology

FAST_FROM = 38400  # Bd: from here on RS485 may carry all 32 devices
SLOW_MAX = 10
"""Devices on RS485 below that speed: §15.2 says so of 9600 Bd, and slower lines carry no more."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One disagreement; `rule` and `weight` tell an old one from a new or a worse one."""

    rule: str
    address: int | None  # of the device that has it; None = the topology as a whole
    field: str  # within the device
    text: str
    weight: int = 1

    def __str__(self) -> str:
        """For people who think in addresses, not in places of a file."""
        where = "" if self.address is None else f"device {self.address}: "
        return f"{where}{self.text}"


def problems(settings: Settings, topology: Topology, catalogue: Catalogue) -> tuple[Problem, ...]:
    """Everything in which the three disagree, in the order of the devices."""
    of_devices = (
        problem
        for device in topology.devices
        for problem in _of_device(device, settings, catalogue)
    )
    return (*of_devices, *_of_rs485(settings, topology))


def check(settings: Settings, topology: Topology, catalogue: Catalogue) -> None:
    """Refuse a topology that this gateway cannot serve.

    Raises:
        SettingsError: one line per problem, each beginning with the field.
    """
    found = problems(settings, topology, catalogue)
    if found:
        places = {device.address: n for n, device in enumerate(topology.devices)}
        raise SettingsError("\n".join(_in_file(problem, places) for problem in found))


def check_change(before: Iterable[Problem], after: Iterable[Problem]) -> None:
    """Refuse a change that makes a problem, or makes one worse; what was wrong may stay.

    Raises:
        SettingsError: one line per problem, each saying what to do.
    """
    known = {(problem.rule, problem.address): problem.weight for problem in before}
    worse = [p for p in after if p.weight > known.get((p.rule, p.address), 0)]
    if worse:
        raise SettingsError("\n".join(map(str, worse)))


def unknown_model(text: str, catalogue: Catalogue) -> str:
    """What to say of a model that the catalogue does not have."""
    names = {squeezed(key.partition("-")[2]): key for key in catalogue.models}
    names |= {squeezed(key): key for key in catalogue.models}
    near = dict.fromkeys(names[n] for n in get_close_matches(squeezed(text), names))
    question = f"did you mean {' or '.join(near)}? " if near else ""
    return f"unknown model {text!r}; {question}`digigate catalogue list` tells all"


def _in_file(problem: Problem, places: dict[int, int]) -> str:
    if problem.address is None:
        return f"devices: {problem.text}"
    return f"devices[{places[problem.address]}].{problem.field}: {problem.text}"


def _of_device(device: Device, settings: Settings, catalogue: Catalogue) -> Iterator[Problem]:
    if device.address == settings.gateway.address:
        text = (
            f"{device.address} is the gateway's own address;"
            " give one of them another (settings: gateway.address)"
        )
        yield Problem("own address", device.address, "address", text)
    model = catalogue.models.get(device.model)
    if model is None:
        yield Problem("model", device.address, "model", unknown_model(device.model, catalogue))
        return
    for number, load in enumerate(device.loads):
        if load.number > model.loads.count:
            text = f"{model.name} has {model.loads.count} loads; there is no load {load.number}"
            yield Problem(f"load {load.number}", device.address, f"loads[{number}].number", text)


def _of_rs485(settings: Settings, topology: Topology) -> Iterator[Problem]:
    line, count = settings.buses.rs485, len(topology.on(BusName.RS485))
    if count and line.role is Role.SLAVE:
        text = (
            f"{_counted(count)} on RS485, but the port's role is slave, which has none (§8.1):"
            " remove them, or set buses.rs485.role to master"
        )
        yield Problem("rs485 role", None, "", text, count)
    elif count > SLOW_MAX and line.baudrate < FAST_FROM:
        text = (
            f"{_counted(count)} on RS485 at {line.baudrate} Bd; at most {SLOW_MAX} are possible"
            f" below {FAST_FROM} Bd, where up to {DEVICES_MAX} are (§15.2):"
            " remove some, or set buses.rs485.baudrate higher"
        )
        yield Problem("rs485 speed", None, "", text, count)


def _counted(devices: int) -> str:
    return f"{devices} device{'s' * (devices != 1)}"
