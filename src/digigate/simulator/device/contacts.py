"""Logic inputs and outputs, pulse meters, analog inputs and temperatures of one device."""

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping

from digigate.catalogue import Model, Point, Value
from digigate.catalogue.models import Outputs
from digigate.simulator.device.deeds import Words
from digigate.simulator.physics.chance import DAY, Wave, between

Source = Callable[[float], Value]
PLACE = re.compile(r"(pulse\.p|analog\.a|temperature\.t)(\d+)")
METER = re.compile(r"(?:multifluid|pulse-meter)(?:\[|/load)(\d+)\]?")
IMPULSES = 6  # code of a unit
LOADS = {"multifluid": "pulse.p", "analog": "analog.a"}
"""Quantities of modules whose loads are their inputs."""


class Contacts:
    """What is wired to a device beside its loads: functions of time and of what is ordered."""

    def __init__(self, model: Model, changed: Callable[[], None], *key: object) -> None:
        self._model = model
        self._changed = changed
        self._key = key
        self._inputs = 0  # masks
        self._outputs = 0
        self._pulses: Counter[int] = Counter()
        self._resets: dict[int, float] = {}
        self._values: dict[int, float] = {}
        self.registers, self._commands = _commanded(model.outputs, model.named)

    @property
    def inputs(self) -> tuple[int, ...]:
        """The numbers of the inputs that are on."""
        return _numbers(self._inputs)

    @property
    def outputs(self) -> tuple[int, ...]:
        """The numbers of the outputs that are on."""
        return _numbers(self._outputs)

    def restart(self) -> None:
        """Outputs fall back without supply."""
        self._outputs = 0

    def switch_input(self, number: int, *, on: bool) -> None:
        """Open or close what is wired to an input; its pulse meter counts closings.

        Raises:
            ValueError: no such input.
        """
        self._check("input", number, self._model.inputs.count if self._model.inputs else 0)
        bit = 1 << number - 1
        if on and not self._inputs & bit:
            self._pulses[number] += 1
        self._inputs = self._inputs | bit if on else self._inputs & ~bit
        self._changed()

    def switch_output(self, number: int, *, on: bool) -> None:
        """Switch an output as the device's own logic would.

        Raises:
            ValueError: no such output.
        """
        self._check("output", number, self._model.outputs.count if self._model.outputs else 0)
        bit = 1 << number - 1
        self._outputs = self._outputs | bit if on else self._outputs & ~bit
        self._changed()

    def add_pulses(self, number: int, count: int) -> None:
        """Let a pulse meter count so many at once."""
        self._pulses[number] += count
        self._changed()

    def set_analog(self, number: int, value: float) -> None:
        """Let an analog input measure this from now on."""
        self._values[number] = value
        self._changed()

    def reset_pulses(self, mask: int, t: float) -> None:
        """Let the partial indices of these pulse meters begin anew."""
        for number in _numbers(mask):
            self._resets[number] = self.pulses(number, t)

    def figure(self, quantity: str, load: int, t: float) -> float | None:
        """What a sensor measures; None where the quantity is none of ours."""
        found = PLACE.fullmatch(f"{LOADS[quantity]}{load}" if quantity in LOADS else quantity)
        if not found:
            return None
        kind, number = found[1], int(found[2])
        if kind == "pulse.p":
            return self.pulses(number, t)
        return self._analog(number, t) if kind == "analog.a" else self._temperature(number, t)

    def pulses(self, number: int, t: float) -> float:
        """The total index of a pulse meter: a steady flow, and what was ordered."""
        rate = between(4, 240, *self._key, "pulses", number) / 3600
        return float(math.floor(rate * t) + self._pulses[number])

    def partial(self, number: int, t: float) -> float:
        """A pulse meter's index since it was reset."""
        return self.pulses(number, t) - self._resets.get(number, 0.0)

    def source(self, point: Point) -> Source | None:
        """What registers about inputs, outputs and pulse meters read."""
        if found := METER.fullmatch(point.block):
            return self._of_meter(point.leaf, int(found[1]))
        return self._masks().get(point.leaf)

    def prepare(self, words: Words) -> Callable[[], None]:
        """Switch outputs as told: a mask of all, or masks to switch on and off."""

        def act() -> None:
            for address, word in words.items():
                self._outputs = self._commands[address](self._outputs, word)

        return act

    def _of_meter(self, leaf: str, number: int) -> Source | None:
        if leaf == "partial":
            return lambda t: self.partial(number, t)
        value = {"enable": 1, "enabled": 1, "status": 1, "unit": IMPULSES, "weight": 1}.get(leaf)
        return None if value is None else lambda _: value

    def _masks(self) -> Mapping[str, Source]:
        inputs = self._model.inputs.count if self._model.inputs else 0
        outputs = self._model.outputs.count if self._model.outputs else 0
        return {
            **dict.fromkeys(("inputs_count", "input_count"), lambda _: inputs),
            **dict.fromkeys(("outputs_count", "output_count"), lambda _: outputs),
            "inputs_available_mask": lambda _: (1 << inputs) - 1,
            "outputs_available_mask": lambda _: (1 << outputs) - 1,
            **dict.fromkeys(("inputs_active_mask", "input_state"), lambda _: self._inputs),
            **dict.fromkeys(("outputs_active_mask", "output_state"), lambda _: self._outputs),
        }

    def _analog(self, number: int, t: float) -> float:
        if number in self._values:
            return self._values[number]
        middle = between(300, 700, *self._key, "analog", number)
        return middle + _day(200, number, *self._key).at(t)

    def _temperature(self, number: int, t: float) -> float:
        return between(17, 24, *self._key, "temperature", number) + _day(4, number).at(t)

    def _check(self, what: str, number: int, count: int) -> None:
        if not 1 <= number <= count:
            there = f"there are 1..{count}" if count else "the model has none"
            raise ValueError(f"no {what} {number}; {there}")


def _day(amplitude: float, *key: object) -> Wave:
    return Wave(amplitude, 2 * math.pi / DAY, between(0, 2 * math.pi, *key, "day"))


def _numbers(mask: int) -> tuple[int, ...]:
    return tuple(number for number in range(1, 17) if mask & 1 << number - 1)


def _commanded(
    outputs: Outputs | None, named: Mapping[str, object]
) -> tuple[frozenset[int], dict[int, Callable[[int, int], int]]]:
    """The registers by which outputs are switched, and what a mask there makes of them."""
    if outputs is None:
        return frozenset(), {}
    every = (1 << outputs.count) - 1
    ways: dict[str, Callable[[int, int], int]] = {
        outputs.state: lambda _, mask: mask & every,
        outputs.switch_on: lambda now, mask: (now | mask) & every,
        outputs.switch_off: lambda now, mask: now & ~mask,
    }
    points = {name: named[name] for name in ways if name in named}
    found = {p.address: ways[name] for name, p in points.items() if isinstance(p, Point)}
    return frozenset(found), found
