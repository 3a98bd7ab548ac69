"""Small models made by hand, and slaves that identify as them."""

from digigate.catalogue import (
    Block,
    Catalogue,
    Certainty,
    Detection,
    LoadPlan,
    Model,
    Pace,
    Point,
    Probe,
    RegisterType,
    Statistic,
    encode,
)
from fieldbus.scripted import register, sealed

PLATE = 50000


def model(key: str, *blocks: Block, certainty: Certainty = Certainty.OFFICIAL) -> Model:
    """A model of these blocks, each register a point; its name is its key in capitals."""
    name = key.upper()
    points = [point for block in blocks for point in _points(block)]
    return Model(
        key, name, "test", certainty, Detection.FAST, Probe(400, name, name, 60000),
        LoadPlan(4, 2048), 66, blocks, tuple(points), (),
    )  # fmt: skip


def _points(block: Block) -> list[Point]:
    return [
        Point(
            f"r{address}", address, 1, RegisterType.U16, 1.0, "", None, Statistic.INSTANT,
            block.load, block.name, writable=True, source="test",
        )
        for address in range(block.start, block.start + block.count)
    ]  # fmt: skip


METER = model(
    "meter a",
    Block("instant", 100, 10, Pace.INSTANT, 0),
    Block("energy", 200, 6, Pace.BOUNDARY, 0),
    Block("extremes", 300, 4, Pace.ROTATING, 0),
    Block("log", 400, 4, Pace.DEMAND, 0),
)
GUESSED = model("meter b", Block("instant", 100, 10, Pace.INSTANT, 0), certainty=Certainty.OURS)
LOGGER = model(
    "meter d",
    Block("instant", 100, 10, Pace.INSTANT, 0),
    Block("trend-log-command", 410, 1, Pace.DEMAND, 0),
    Block("trend-log-header", 420, 2, Pace.DEMAND, 0),
)
BARE = model("meter c", certainty=Certainty.IDENTIFIED_ONLY)


def catalogue() -> Catalogue:
    """The models above and nothing else."""
    return Catalogue({}, {m.key: m for m in (METER, GUESSED, LOGGER, BARE)})


def plate(of: Model) -> bytes:
    """The 66 words by which a device identifies itself."""
    words = bytearray(2 * 66)
    words[:8] = encode("SOCO", RegisterType.STRING_16, 4)
    words[8:10] = of.probe.product_range.to_bytes(2, "big")
    words[100:116] = encode(of.probe.product_name, RegisterType.STRING_NORM, 8)
    words[116:132] = encode(of.probe.extended_name, RegisterType.STRING_NORM, 8)
    return bytes(words)


def holding(unit: int, start: int, count: int, of: Model) -> bytes:
    """What a slave of this model holds in these registers."""
    if start >= PLATE:
        return plate(of)[2 * (start - PLATE) :][: 2 * count]
    return b"".join(register(unit, start + i).to_bytes(2, "big") for i in range(count))


def answer_of(request: bytes, of: Model) -> bytes:
    """The answer frame of an honest slave of this model to FC03; writes are confirmed."""
    unit, function = request[0], request[1]
    start, count = (int.from_bytes(request[i : i + 2], "big") for i in (2, 4))
    if function != 3:
        return sealed(request[:6])
    return sealed(bytes((unit, 3, 2 * count)) + holding(unit, start, count, of))
