"""What a user means by a name or a number: the registers of one model."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from digigate.catalogue import Composite, Model, Point, RegisterType, Statistic, Value, decode
from digigate.catalogue.registers import fits
from digigate.errors import SettingsError

NATURAL = (Statistic.INSTANT, Statistic.TOTAL, Statistic.AVERAGE)
"""The figure of a quantity that is meant where none is named, in this order."""
SIMILAR = 4
REGISTERS = 65536


@dataclass(frozen=True, slots=True)
class Bare:
    """Registers by number, read as a type that the user names."""

    address: int
    count: int
    type: RegisterType
    scale: float = 1.0

    @property
    def words(self) -> int:
        """Registers of one value: all of a text, as many as its type has of a number."""
        sizes = (size for size in range(1, 5) if fits(self.type, size))
        is_text = self.type in {RegisterType.STRING_16, RegisterType.STRING_NORM}
        return self.count if is_text else next(sizes)


Meant = Point | Composite | Bare


@dataclass(frozen=True, slots=True)
class Named:
    """How a user names what he means."""

    what: str
    load: int | None = None
    count: int | None = None
    type: RegisterType | None = None
    scale: float = 1.0


def meant(model: Model, named: Named) -> Meant:
    """What `named` stands for: a full name, a quantity with or without statistic, or a number.

    Raises:
        SettingsError: there is no such thing; the text offers what is like it.
    """
    number = _number(named.what)
    if number is not None:
        return _by_number(model, number, named)
    for name in _candidates(named):
        found = model.named.get(name)
        if found is not None:
            return found
    raise SettingsError(f"{model.name} has no {named.what!r}{_hint(model, named)}")


def _number(text: str) -> int | None:
    try:
        return int(text, 0)
    except ValueError:
        return None


def _by_number(model: Model, address: int, named: Named) -> Meant:
    if not 0 <= address < REGISTERS:
        raise SettingsError(f"register {named.what} is not within 0..65535")
    if named.type is None and named.count is None:
        known = next((p for p in model.points if p.address == address), None)
        if known is not None:
            return known
    bare = Bare(address, named.count or 0, named.type or RegisterType.U16, named.scale)
    if named.count is None:
        bare = Bare(address, bare.words or 1, bare.type, named.scale)
    if bare.count % bare.words:
        raise SettingsError(f"a {bare.type} has {bare.words} words; {bare.count} are not some")
    if address + bare.count > REGISTERS:
        raise SettingsError("the registers end at 65535")
    return bare


def _candidates(named: Named) -> Iterator[str]:
    """Full names, the likeliest first: as given, of the load, of the device, of its first load."""
    places = [f"/load{named.load}"] if named.load else ["", "/load1"]
    statistics = ["", *(f"@{statistic}" for statistic in NATURAL)]
    for place in places:
        for statistic in statistics:
            yield f"{named.what}{statistic}{place}"


def _hint(model: Model, named: Named) -> str:
    known = {name.partition("/")[0].removesuffix("@instant") for name in model.named}
    asked = named.what.partition("/")[0]
    like = get_close_matches(asked, known, SIMILAR) or sorted(k for k in known if asked in k)
    if asked in known and named.load:
        return f" for load {named.load}; it has {model.loads.count} loads"
    return (
        f"; did you mean {', '.join(like[:SIMILAR])}?"
        if like
        else f": see catalogue show {model.key}"
    )


def values(bare: Bare, data: bytes) -> Iterator[Value | None]:
    """What bare registers hold, one value after the other."""
    size = 2 * bare.words
    for at in range(0, len(data), size):
        yield decode(data[at : at + size], bare.type, bare.scale)
