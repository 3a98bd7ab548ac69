"""A wrong data file is refused with its name and row."""

import shutil
from pathlib import Path

import pytest

from digigate.catalogue import Catalogue
from digigate.catalogue.reader import DATA
from digigate.errors import CatalogueError

MAP = "models/diris-a14.csv"
BLOCKS = "models/diris-a14.blocks.csv"
HEAD = "models/diris-a14.yaml"
NEWEST = "firmware.csv"
INSTANT_U12 = "instant,50514,2,U32,u12,V,0.01,R,voltage.u12,instant,,A14"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The packaged files with the DIRIS A14 for only model."""
    shutil.copytree(DATA, tmp_path / "data")
    for head in (tmp_path / "data" / "models").glob("*.yaml"):
        if head.stem != "diris-a14":
            head.unlink()
    table = tmp_path / "data" / NEWEST
    rows = table.read_text().splitlines(keepends=True)
    table.write_text("".join(row for row in rows if row.startswith(("model,", "diris-a14,"))))
    return tmp_path / "data"


def change(data: Path, file: str, old: str, new: str) -> None:
    text = (data / file).read_text(encoding="utf-8")
    assert old in text
    (data / file).write_text(text.replace(old, new, 1), encoding="utf-8")


def read(data: Path) -> Catalogue:
    catalogue = Catalogue.read(data)
    catalogue.unfold()
    return catalogue


def row_of(data: Path, file: str, beginning: str) -> int:
    lines = (data / file).read_text(encoding="utf-8").splitlines()
    return next(k for k, line in enumerate(lines, 1) if line.startswith(beginning))


def test_the_untouched_copy_loads(data: Path) -> None:
    assert list(read(data).models) == ["diris-a14"]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (",50514,2,", ",50x14,2,", "address is '50x14', no whole number"),
        (",50514,2,", ",60514,2,", "lies outside block 'instant'"),
        (",50514,2,", ",50515,2,", "overlaps"),
        (",50514,2,", ",50514,1,", "U32 does not have 1 words"),
        (",U32,u12", ",U31,u12", "type is 'U31', none of U8, U8_H"),
        (",U32,u12,", ",U32,,", "name is empty"),
        (",V,0.01,", ",V,0,", "scale is '0', no number above 0"),
        (",V,0.01,", ",V,one,", "scale is 'one', no number above 0"),
        (",V,0.01,", ",A,0.01,", "unit 'A', but voltage.u12 is in 'V'"),
        (",R,voltage", ",X,voltage", "access is 'X'"),
        (",voltage.u12,", ",voltage.u13,", "quantity 'voltage.u13' is not in quantities.csv"),
        (",voltage.u12,", ",voltage.u23,", "voltage.u23 instant is also row"),
        (",instant,,A14", ",momentary,,A14", "statistic is 'momentary', none of instant"),
        (",instant,,A14", ",instant,half,A14", "part is 'half'"),
        (",,A14", ",,", "source is empty"),
        (",,A14", ",,hearsay", "source 'hearsay' is not in sources.csv"),
        ("instant,50514", "momentary,50514", "block 'momentary' is not declared"),
    ],
)
def test_a_wrong_register_row_is_named(data: Path, old: str, new: str, reason: str) -> None:
    row = row_of(data, MAP, INSTANT_U12)
    change(data, MAP, INSTANT_U12, INSTANT_U12.replace(old, new, 1))
    with pytest.raises(CatalogueError) as error:
        read(data)
    named = {f"diris-a14.csv row {line}: " for line in (row, row + 1)}  # or the row after it
    assert any(str(error.value).startswith(name) for name in named)
    assert reason in str(error.value)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("instant,50512,62,instant,load", "instant,50512,62,often,load", "pace is 'often'"),
        ("instant,50512,62,instant,load", "instant,50512,62,instant,phase", "per is 'phase'"),
        ("instant,50512,62,", "instant,50512,0,", "at least one register"),
        ("instant,50512,62,", "instant,50512,300,", "overlaps 'instant/load1'"),
        ("instant,50512,62,", "action,50512,62,", "block 'action' is declared twice"),
        ("load-curve-data,61462,4,", "load-curve-data,61462,40000,", "beyond register 65535"),
        (",0,A14\n", ",0,rumour\n", "source 'rumour' is not in sources.csv"),
    ],
)
def test_a_wrong_block_is_named(data: Path, old: str, new: str, reason: str) -> None:
    change(data, BLOCKS, old, new)
    with pytest.raises(CatalogueError, match=r"diris-a14\.blocks\.csv row \d+: .*") as error:
        read(data)
    assert reason in str(error.value)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("family: diris-a\n", "family: diris-a\nfamly: x\n", "famly: unknown field"),
        ("family: diris-a\n", "", "family: missing"),
        ("certainty: official", "certainty: rumoured", "certainty: 'rumoured' is none of official"),
        ("detection: complete", "detection: slow", "detection: 'slow' is none of fast, complete,"),
        ("identification_words: 66", "identification_words: 67", "67 is neither 66 nor 69"),
        ("count: 1", "count: one", "loads.count: 'one' is no whole number"),
        ("count: 1", "count: 1, per: 2", "loads.per: unknown field"),
        ("extended_name: DIRIS A14", "extended_name: DIRIS A14 POWER METER", "more than 16"),
        ("extended_name: DIRIS A14", "extended_name: [1]", "probe.extended_name: [1] is no text"),
        ("  - diris-a14\n", "  - diris-a15\n", "diris-a15.blocks.csv: No such file"),
        ("name: DIRIS A14\n", "name: DIRIS A14\n- x\n", "diris-a14.yaml row"),
        ("maps:\n", "sources: {network: A14}\nmaps:\n", "sources.network: is not among the maps"),
        ("maps:\n", "sources: {diris-a14: gossip}\nmaps:\n", "'gossip' is not in sources.csv"),
        ("maps:\n", "sources: 3\nmaps:\n", "sources. is no mapping of fields"),
        ("maps:\n", "capabilities: [flight]\nmaps:\n", "'flight' is none of consumption"),
        ("maps:\n", "inputs: {count: 1, state: x.y}\nmaps:\n", "'x.y' is no register of one word"),
        ("maps:\n", "inputs: {count: 17, state: action.action}\nmaps:\n", "has no 17 bits"),
        (
            "maps:\n",
            "outputs: {count: 1, state: action.action, switch_on: communication-board.x}\nmaps:\n",
            "'communication-board.x' is no register",
        ),
        ("group: diris-a", "group: diris-c", "library.group: 'diris-c' is none of gateways"),
    ],
)
def test_a_wrong_head_is_named(data: Path, old: str, new: str, reason: str) -> None:
    change(data, HEAD, old, new)
    with pytest.raises(CatalogueError) as error:
        read(data)
    assert reason in str(error.value)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("voltage.v2n,", "voltage.v1n,", "row 7: 'voltage.v1n' is there twice"),
        (",no,5,VoltPhNV2", ",no,4,VoltPhNV2", "row 7: bacnet_index 4 is that of 'voltage.v1n'"),
        (",no,5,VoltPhNV2", ",perhaps,5,VoltPhNV2", "row 7: signed is 'perhaps'"),
        ("voltage.v2n,gauge", "voltage.v2n,gage", "row 7: kind is 'gage', none of gauge"),
        ("snmp_name,group", "snmp_name,heap", "row 1: the columns must be key,kind,"),
        ("voltage.v2n,gauge,V,", "voltage.v2n,gauge,V,V,", "row 7: 11 cells"),
    ],
)
def test_a_wrong_quantity_is_named(data: Path, old: str, new: str, reason: str) -> None:
    change(data, "quantities.csv", old, new)
    with pytest.raises(CatalogueError) as error:
        read(data)
    assert f"quantities.csv {reason}" in str(error.value)


def test_two_blocks_may_not_hold_one_figure(data: Path) -> None:
    old = "secondary,51282,1,U16,u23,V,0.01,R,,,,A14"
    change(data, MAP, old, old.replace(",R,,,,", ",R,voltage.u23,instant,,"))
    with pytest.raises(CatalogueError, match=r"voltage\.u23@instant/load1.*is also"):
        read(data)


def test_names_are_unique(data: Path) -> None:
    old = "secondary,51282,1,U16,u23,"
    change(data, MAP, old, old.replace("u23", "u12"))
    with pytest.raises(CatalogueError, match=r"'secondary\.u12/load1' is also the name"):
        read(data)


def test_two_models_may_not_share_a_name(data: Path) -> None:
    head = (data / HEAD).read_text(encoding="utf-8")
    (data / "models" / "diris-a41.yaml").write_text(head, encoding="utf-8")
    with pytest.raises(
        CatalogueError, match=r"diris-a41\.yaml: probe: diris-a14 is called 'dirisa14'"
    ):
        Catalogue.read(data)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("diris-a14,", "diris-a15,", "model 'diris-a15' is not in the catalogue"),
        ("diris-a14,", "diris-a14,1.0.0,A14\ndiris-a14,", "or is here twice"),
        (",1.9.2,", ",1.9,", "version '1.9' is not of the form 1.2.3"),
        (",ours", ",rumour", "source 'rumour:simulated' is not in sources.csv"),
    ],
)
def test_a_wrong_version_is_named(data: Path, old: str, new: str, reason: str) -> None:
    change(data, NEWEST, old, new)
    with pytest.raises(CatalogueError, match=reason) as refused:
        read(data)
    assert str(refused.value).startswith(f"{NEWEST} row ")
