"""Values of tasks as people write and read them, and the words that registers hold for them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from digigate.bus.configuring.tasks import Form, Job
from digigate.catalogue import Point, Quantity, RegisterType, Value, decode, encode
from digigate.errors import SettingsError

OFF = "off"
NO_LOAD = 255
"""In the place of a load: none."""
DONE = "done"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """By which numbers trends name their quantities: the SNMP service ids (ours, gaps.md)."""

    quantities: Mapping[str, Quantity]

    def code(self, key: str) -> int | None:
        """The number of a quantity; None where it has none."""
        quantity = self.quantities.get(key)
        return quantity.snmp_service if quantity else None

    def key(self, code: int) -> str:
        """The quantity of a number, or the number itself."""
        found = (q.key for q in self.quantities.values() if q.snmp_service == code)
        return next(found, str(code))


Words = list[bytes]
"""For each register of the job its words."""


def to_words(job: Job, text: str, vocabulary: Vocabulary) -> Words:
    """What the registers are to hold for a value given as text.

    Raises:
        SettingsError: it is not within the limits; the text says what is allowed.
    """
    form = job.place.form
    if form is Form.COMMAND:
        return [_encoded(job.points[0], job.place.value)]
    if form is Form.TREND:
        return _trend(job, text, vocabulary)
    return _WRITERS[form](job, text)


def to_text(job: Job, words: Words, vocabulary: Vocabulary) -> str:
    """What the registers say, as a user would write it; empty where they say nothing."""
    form = job.place.form
    values = [
        decode(data, point.type, point.scale) for point, data in zip(job.points, words, strict=True)
    ]
    if form is Form.TREND:
        return _trend_text(values, vocabulary)
    return _READERS[form](job, values)


def allowed(job: Job) -> str:
    """What may be written, for people."""
    place = job.place
    if place.form is Form.NUMBER:
        return f"{place.low:g} to {place.high:g} {place.unit}".rstrip()
    if place.form is Form.TEXT:
        return f"a text of up to {_characters(job.points[0])} characters"
    if place.form is Form.CURVE:
        powers = ", ".join(name for name in place.choices if name != OFF)
        return f"off, or a load and one of {powers}, such as 1:P+"
    if place.form is Form.TREND:
        return "off, or a quantity and its load, such as current.i1:1"
    if place.form is Form.COMMAND:
        return f"{DONE}: it takes no value"
    return ", ".join(place.choices)


def _number(job: Job, text: str) -> Words:
    place = job.place
    try:
        value = float(text)
    except ValueError:
        raise _wrong(job, text) from None
    if not place.low <= value <= place.high:
        raise _wrong(job, text)
    counts = value * place.per
    if counts != int(counts) and job.points[0].scale >= 1:
        raise _wrong(job, text)
    return [_encoded(job.points[0], int(counts) if counts == int(counts) else counts)]


def _choice(job: Job, text: str) -> Words:
    return [_encoded(job.points[0], _code(job, text))]


def _text(job: Job, text: str) -> Words:
    point = job.points[0]
    try:
        octets = text.encode("latin-1")
    except UnicodeEncodeError:
        raise SettingsError(
            f"{job.key} is {text!r}: the meter knows only the letters of Latin-1"
        ) from None
    if len(octets) > _characters(point):
        raise _wrong(job, text)
    return [_encoded(point, text)]


def _curve(job: Job, text: str) -> Words:
    load, power = job.points
    if text == OFF:
        return [_encoded(load, NO_LOAD), _encoded(power, job.place.choices[OFF])]
    number, _, name = text.partition(":")
    if not number.isdigit() or not 1 <= int(number) < NO_LOAD or name not in job.place.choices:
        raise _wrong(job, text)
    return [_encoded(load, int(number) - 1), _encoded(power, job.place.choices[name])]


def _trend(job: Job, text: str, vocabulary: Vocabulary) -> Words:
    service, occurrence = job.points
    if text == OFF:
        return [_encoded(service, 0), _encoded(occurrence, 0)]
    key, _, load = text.partition(":")
    code = vocabulary.code(key)
    if code is None or not (load or "1").isdigit():
        raise _wrong(job, text)
    return [_encoded(service, code), _encoded(occurrence, int(load or "1") - 1)]


def _switch(job: Job, text: str) -> Words:
    """The command masks for off and on, of which one has the output's bit; the state is read."""
    code, bit = _code(job, text), 1 << job.number - 1
    _, off, on = job.points
    return [b"", _encoded(off, bit * (not code)), _encoded(on, bit * code)]


def _code(job: Job, text: str) -> int:
    if text not in job.place.choices:
        raise _wrong(job, text)
    return job.place.choices[text]


def _wrong(job: Job, text: str) -> SettingsError:
    return SettingsError(f"{job.key} is {text!r}: write {allowed(job)}")


def _encoded(point: Point, value: Value) -> bytes:
    try:
        return encode(value, point.type, point.words, point.scale)
    except ValueError as error:
        raise SettingsError(f"{point.name}: {error}") from error


def _characters(point: Point) -> int:
    return point.words if point.type is RegisterType.STRING_16 else 2 * point.words


def _number_text(job: Job, values: list[Value | None]) -> str:
    value = values[0]
    if not isinstance(value, int | float):
        return ""
    return f"{value / job.place.per:g}" if job.place.per != 1 else str(value)


def _choice_text(job: Job, values: list[Value | None]) -> str:
    names = {code: name for name, code in job.place.choices.items()}
    return "" if values[0] is None else names.get(_whole(values[0]), f"code {values[0]}")


def _plain_text(_: Job, values: list[Value | None]) -> str:
    return "" if values[0] is None else str(values[0])


def _curve_text(job: Job, values: list[Value | None]) -> str:
    load, power = map(_whole, values)
    names = {code: name for name, code in job.place.choices.items()}
    name = names.get(power, f"code {power}")
    return OFF if load == NO_LOAD or name == OFF else f"{load + 1}:{name}"


def _trend_text(values: list[Value | None], vocabulary: Vocabulary) -> str:
    code, load = map(_whole, values)
    return f"{vocabulary.key(code)}:{load + 1}" if code else OFF


def _switch_text(job: Job, values: list[Value | None]) -> str:
    return "on" if _whole(values[0]) >> job.number - 1 & 1 else OFF


def _whole(value: Value | None) -> int:
    return int(value) if isinstance(value, int | float) else 0


_WRITERS: dict[Form, Callable[[Job, str], Words]] = {
    Form.NUMBER: _number,
    Form.CHOICE: _choice,
    Form.TEXT: _text,
    Form.CURVE: _curve,
    Form.SWITCH: _switch,
}
_READERS: dict[Form, Callable[[Job, list[Value | None]], str]] = {
    Form.NUMBER: _number_text,
    Form.CHOICE: _choice_text,
    Form.TEXT: _plain_text,
    Form.CURVE: _curve_text,
    Form.SWITCH: _switch_text,
    Form.COMMAND: lambda _, __: "",
}
