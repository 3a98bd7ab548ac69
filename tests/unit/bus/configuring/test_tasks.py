"""The table of tasks, and what it means for the models of the catalogue."""

import pytest

from digigate.bus.configuring import Vocabulary, allowed, jobs
from digigate.bus.configuring.tasks import Form, Risk, places
from digigate.bus.configuring.values import to_text, to_words
from digigate.catalogue import Catalogue
from digigate.errors import SettingsError
from digigate.translations import words

CATALOGUE = Catalogue.load()
B30 = jobs(CATALOGUE.models["diris-b30"])
A14 = jobs(CATALOGUE.models["diris-a14"])
VOCABULARY = Vocabulary(CATALOGUE.quantities)


def test_every_place_is_one_of_some_model() -> None:
    met = {
        (job.place.task, job.place.registers)
        for model in CATALOGUE.models.values()
        for job in jobs(model).values()
    }
    assert [p for p in places() if (p.task, p.registers) not in met] == []


def test_every_task_and_group_has_words() -> None:
    said = words()
    keys = {f"configure.task.{p.task}" for p in places()}
    keys |= {f"configure.group.{p.group}" for p in places()}
    keys |= {f"configure.risk.{risk}" for risk in Risk if risk}
    assert keys - set(said) == set()


def test_only_commands_and_switches_write_what_may_not_be_read() -> None:
    for place in places():
        assert bool(place.choices) == (place.form in {Form.CHOICE, Form.CURVE, Form.SWITCH})
        assert (place.form is not Form.NUMBER) or place.low < place.high


def test_a_task_exists_once_for_each_load_or_item() -> None:
    assert [key for key in B30 if key.startswith("load-type")] == [
        "load-type/1",
        "load-type/2",
        "load-type/3",
        "load-type/4",
    ]
    assert B30["load-curve/12"].points[0].name == "energy-settings.lc_item12_load"
    assert B30["input-name/10"].points[0].address == 46848 + 9 * 16
    assert "average-period" in B30


@pytest.mark.parametrize(
    ("task", "text", "octets"),
    [
        ("load-type/2", "3P+N-4CT", ["0009"]),
        ("load-current/1", "160", ["00a0"]),
        ("average-period", "10", ["000a"]),
        ("load-curve-period", "60", ["003c"]),
        ("load-curve/1", "2:Q+", ["0001", "0002"]),
        ("load-curve/1", "off", ["00ff", "0005"]),
        ("trend/3", "current.i1:2", ["00002710", "0001"]),
        ("trend/3", "off", ["00000000", "0000"]),
        ("pulse-weight/1", "0.5", ["00000032"]),
        ("nominal-frequency", "60", ["0001"]),
        ("reset-partial-energies/2", "done", ["003f"]),
        ("output/2", "on", ["", "0000", "0002"]),
        ("output/2", "off", ["", "0002", "0000"]),
    ],
)
def test_values_become_words(task: str, text: str, octets: list[str]) -> None:
    assert [data.hex() for data in to_words(B30[task], text, VOCABULARY)] == octets


def test_minutes_become_seconds_where_the_register_counts_seconds() -> None:
    (data,) = to_words(A14["load-curve-period"], "15", VOCABULARY)
    assert int.from_bytes(data, "big") == 900
    assert to_text(A14["load-curve-period"], [data], VOCABULARY) == "15"


@pytest.mark.parametrize(
    ("task", "text"),
    [
        ("load-type/2", "3P+N-4CT"),
        ("load-curve/7", "4:S"),
        ("load-curve/7", "off"),
        ("trend/1", "voltage.v1n:1"),
        ("trend/1", "off"),
        ("input-mode/1", "synchronisation"),
        ("load-name/1", "Pompe à chaleur"),
        ("vt-primary", "20000"),
    ],
)
def test_words_read_back_as_they_were_written(task: str, text: str) -> None:
    job = B30[task]
    assert to_text(job, to_words(job, text, VOCABULARY), VOCABULARY) == text


@pytest.mark.parametrize(
    ("task", "text"),
    [
        ("average-period", "0"),
        ("average-period", "61"),
        ("load-curve-period", "0"),
        ("load-curve-period", "61"),
        ("load-curve-period", "2.5"),
        ("load-current/1", "many"),
        ("load-type/1", "4P"),
        ("load-curve/1", "1:X"),
        ("load-curve/1", "0:P+"),
        ("trend/1", "sunshine:1"),
        ("trend/1", "current.i1:x"),
        ("load-name/1", "x" * 33),
        ("load-name/1", "名"),
    ],
)
def test_what_cannot_be_is_refused_with_what_can(task: str, text: str) -> None:
    with pytest.raises(SettingsError, match=task):
        to_words(B30[task], text, VOCABULARY)


def test_an_output_reads_as_its_bit() -> None:
    state = (0b10).to_bytes(2, "big")
    assert to_text(B30["output/2"], [state, b"\0\0", b"\0\0"], VOCABULARY) == "on"
    assert to_text(B30["output/1"], [state, b"\0\0", b"\0\0"], VOCABULARY) == "off"


def test_codes_that_the_table_lacks_are_shown() -> None:
    assert to_text(B30["load-type/1"], [b"\0\x4d"], VOCABULARY) == "code 77"
    assert to_text(B30["trend/1"], [bytes.fromhex("0001e240"), b"\0\0"], VOCABULARY) == "123456:1"


def test_the_same_name_means_other_codes_in_other_families() -> None:
    assert "3P+N" in allowed(jobs(CATALOGUE.models["digiware-u30"])["network-type"])
    assert "4NBL" in allowed(A14["network-type"])
    reset = to_words(A14["reset-partial-energies"], "done", VOCABULARY)
    e24 = jobs(CATALOGUE.models["countis-e24"])["reset-partial-energies"]
    assert (reset, to_words(e24, "done", VOCABULARY)) == ([b"\xff\xff"], [b"\0\x20"])
