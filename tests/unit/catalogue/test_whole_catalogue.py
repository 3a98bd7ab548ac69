"""All models unfolded: no map is wrong, none is read before it is needed, none lacks a row."""

import csv
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from digigate.bus.plan import plan
from digigate.catalogue import Catalogue, Certainty, Model, Pace
from digigate.catalogue.reader import DATA
from digigate.errors import CatalogueError

CATALOGUE = Catalogue.load()
MODELS = CATALOGUE.models
ACCESS = re.compile(r"(R?W?M?|-)(/R?W?M?)?(@USER)?")
REQUEST_MAX = 125  # registers of one read


@pytest.mark.parametrize("model", MODELS.values(), ids=lambda m: m.key)
def test_every_map_is_sound(model: Model) -> None:
    """The reader checks overlaps, names, quantities, units and sources of what it unfolds."""
    assert model.blocks
    assert max(block.start + block.count for block in model.blocks) <= 0x10000
    inside = {block.name: range(block.start, block.start + block.count) for block in model.blocks}
    for point in model.points:
        assert point.address in inside[point.block], point.name
        assert point.address + max(point.words, 1) - 1 in inside[point.block], point.name
        assert 0 <= point.load <= model.loads.count, point.name
        assert ACCESS.fullmatch(point.access), point.name
        assert point.source
        assert not point.locked or point.writable
        assert point.quantity is None or point.quantity in CATALOGUE.quantities


@pytest.mark.parametrize("model", MODELS.values(), ids=lambda m: m.key)
def test_no_map_is_unused(model: Model) -> None:
    """Each load of a meter measures something; what has no loads measures it as a device."""
    if model.certainty is Certainty.IDENTIFIED_ONLY or model.family == "diris-m":
        return
    for load in range(1, model.loads.count + 1):
        assert model.measurements(load), f"load {load}"
    assert any(model.measurements(load) for load in range(model.loads.count + 1))


@pytest.mark.parametrize("model", MODELS.values(), ids=lambda m: m.key)
def test_what_is_polled_fits_requests(model: Model) -> None:
    """A block longer than a request is read in several, which cut no register in two."""
    reads = plan(model, range(1, model.loads.count + 1))
    spans = [range(read.start, read.start + read.count) for read in reads]
    assert all(read.count <= REQUEST_MAX for read in reads)
    polled = {block.name for block in model.blocks if block.pace is not Pace.DEMAND}
    for point in model.points:
        if point.block in polled:
            last = point.address + max(point.words, 1) - 1
            assert any(point.address in span and last in span for span in spans), point.name


def test_every_map_belongs_to_a_model() -> None:
    heads = [path.read_text(encoding="utf-8") for path in (DATA / "models").glob("*.yaml")]
    used = {line[4:] for head in heads for line in head.splitlines() if line.startswith("  - ")}
    maps = {
        path.name.removesuffix(".blocks.csv") for path in (DATA / "models").glob("*.blocks.csv")
    }
    assert maps == used


@pytest.mark.parametrize(
    ("map_", "rows", "reserved", "identification", "more"),
    [
        # rows of the official table, its reserved stretches, its rows of block 50000
        ("countis-e14", 185, 46, 16, 0),
        ("countis-e24", 249, 43, 16, 0),
        ("countis-e34", 195, 28, 16, 0),
        ("countis-e44", 383, 49, 27, 0),
        ("countis-e47", 393, 45, 27, 0),
        ("diris-a14", 285, 35, 27, 0),
        # 14 rows are lists of 88 registers, four say that they are the manufacturer's
        ("diris-a10", 383, 27, 27, 88 - 14 - 4),
    ],
)
def test_tables_of_one_model_are_whole(
    map_: str, rows: int, reserved: int, identification: int, more: int
) -> None:
    assert len(_rows(map_)) == rows - reserved - identification + more


def test_the_table_of_the_b30_is_whole() -> None:
    """1791 rows less 11 reserved stretches: with the identification block, once a load or item."""
    assert 29 + sum(len(_rows(name)) for name in _maps("diris-b30")) == 1791 - 11


def test_the_plan_of_2009_is_whole() -> None:
    """687 rows of the A40's manual and the A-30's table less 3 reserved ones."""
    ours = {"legacy-load-curve", "trend-log"}
    maps = [name for name in _maps("diris-a40-ethernet") if name not in ours]
    assert sum(len(_rows(name)) for name in maps) == 687 - 3


def test_official_rows_are_official() -> None:
    """A model that is official has nothing of ours but how an option's log is fetched."""
    for model in MODELS.values():
        if model.certainty is Certainty.OFFICIAL:
            ours = {p.block.rpartition("-")[0] for p in model.points if "ours" in p.source}
            assert ours <= ({"load-curve"} if model.key == "diris-a40v3" else set()), model.key


def _maps(key: str) -> list[str]:
    head = (DATA / "models" / f"{key}.yaml").read_text(encoding="utf-8")
    return [line[4:] for line in head.splitlines() if line.startswith("  - ")]


def _rows(name: str) -> list[list[str]]:
    text = (DATA / "models" / f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.reader(text.splitlines()))[1:]


@pytest.fixture
def broken(tmp_path: Path) -> Catalogue:
    """The packaged files with a map of the A14 that says nothing."""
    shutil.copytree(DATA, tmp_path / "data")
    (tmp_path / "data" / "models" / "diris-a14.csv").write_text("", encoding="utf-8")
    return Catalogue.read(tmp_path / "data")


def test_a_map_is_read_when_its_model_is_used(broken: Catalogue) -> None:
    assert broken.models["diris-a10"].measurements(1)
    assert broken.identify(400, "", "DIRIS A14") is broken.models["diris-a14"]
    with pytest.raises(CatalogueError, match=r"diris-a14\.csv row 1"):
        broken.models["diris-a14"].measurements(1)


def test_a_model_is_unfolded_once(broken: Catalogue) -> None:
    model = broken.models["diris-a10"]
    assert model.points[0] is model.points[0]
    assert list(model.points) == [model.named[p.name] for p in model.points]
    assert len(model.points[1:3]) == 2


def test_two_threads_unfold_a_model_once(broken: Catalogue) -> None:
    with ThreadPoolExecutor(4) as pool:
        looks = [pool.submit(lambda: broken.models["diris-b30"].points[0]) for _ in range(8)]
    assert len({id(look.result()) for look in looks}) == 1


def test_the_models_wanted_are_unfolded(broken: Catalogue) -> None:
    broken.unfold(["diris-a10", "no-such-model"])
    with pytest.raises(CatalogueError):
        broken.unfold(["diris-a14"])
