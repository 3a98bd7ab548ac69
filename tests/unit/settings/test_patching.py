"""One value changed in a text that somebody wrote with care."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digigate.settings.patching import has, overlaid, with_value, without
from digigate.settings.strict_yaml import parse

CARE = """\
# Plant 7
gateway:
  site: Plant 7    # as on the door
  address: 1

buses:
  # the old building
  rs485:
    baudrate: 9600  # slow meters
    parity: even
web:
  # https_port: 8443
"""


def changed(before: str, after: str) -> list[str]:
    """The lines that differ, with their sign."""
    old, new = before.splitlines(), after.splitlines()
    gone = [f"-{line}" for line in old if line not in new]
    return gone + [f"+{line}" for line in new if line not in old]


@pytest.mark.parametrize(
    ("where", "value", "lines"),
    [
        (
            ("buses", "rs485", "baudrate"),
            38400,
            ["-    baudrate: 9600  # slow meters", "+    baudrate: 38400  # slow meters"],
        ),
        (
            ("gateway", "site"),
            "Usine n° 7",
            ["-  site: Plant 7    # as on the door", "+  site: Usine n° 7    # as on the door"],
        ),
        (("buses", "rs485", "stop_bits"), 2, ["+    stop_bits: 2"]),
        (("buses", "digiware", "baudrate"), 9600, ["+  digiware:"]),
        (("time", "zone"), "Europe/Paris", ["+time:", "+  zone: Europe/Paris"]),
        (("web", "https_port"), 8443, ["+  https_port: 8443"]),
        (("web", "hosts"), ["a.example", "b"], ["+  hosts: [a.example, b]"]),
        (("gateway", "serial"), "00123456701", ["+  serial: '00123456701'"]),
        (("web", "http_port"), None, ["+  http_port: null"]),
    ],
)
def test_only_the_lines_concerned_change(
    where: tuple[str, ...], value: object, lines: list[str]
) -> None:
    after = with_value(CARE, where, value)
    assert [line for line in changed(CARE, after) if line in lines] == lines
    assert len(changed(CARE, after)) <= 2
    assert after.startswith("# Plant 7\n")
    found = parse(after).data
    for name in where:
        found = found[name]
    assert found == value


def test_an_empty_text_gets_its_first_value() -> None:
    assert with_value("", ("time", "zone"), "UTC") == "time:\n  zone: UTC\n"


@pytest.mark.parametrize(
    "text",
    [
        "{gateway: {site: A, address: 3}}\n",
        "gateway: {site: A, address: 3}\n",
        'gateway:\n  "site": A\n  address: 3\n',
        "gateway:\n  site: >\n    A\n  address: 3\n",
        "gateway: {\n  site: A,\n  address: 3}\n",
    ],
)
def test_what_is_written_in_another_way_is_right_all_the_same(text: str) -> None:
    after = parse(with_value(text, ("gateway", "site"), "B: # c")).data
    assert after == {"gateway": {"site": "B: # c", "address": 3}}
    more = parse(with_value(text, ("gateway", "server"), "x")).data
    assert more["gateway"]["server"] == "x"
    less = parse(without(text, ("gateway", "site"))).data
    assert less == {"gateway": {"address": 3}}


@pytest.mark.parametrize("value", ["a\x85b", "\u2028", "\u2029 x", "x\n y", " é ", "'", "\ufeff"])
def test_no_character_is_lost(value: str) -> None:
    assert parse(with_value(CARE, ("gateway", "site"), value)).data["gateway"]["site"] == value
    assert parse(with_value("{gateway: {}}", ("gateway", "site"), value)).data == {
        "gateway": {"site": value}
    }


def test_a_value_or_a_whole_section_is_taken_away() -> None:
    assert changed(CARE, without(CARE, ("gateway", "site"))) == [
        "-  site: Plant 7    # as on the door"
    ]
    assert changed(CARE, without(CARE, ("buses", "rs485"))) == [
        "-  rs485:",
        "-    baudrate: 9600  # slow meters",
        "-    parity: even",
    ]
    assert without(CARE, ("time", "zone")) == CARE


def test_what_stands_there_is_told() -> None:
    assert has(CARE, ("buses", "rs485"))
    assert not has(CARE, ("time",))
    assert not has("", ("time",))


def test_the_upper_of_two_trees_counts() -> None:
    under = {"a": {"b": 1, "c": 2}, "d": [1], "e": None}
    assert overlaid(under, {"a": {"b": 3}, "d": [], "e": 4, "f": {"g": 5}}) == {
        "a": {"b": 3, "c": 2},
        "d": [],
        "e": 4,
        "f": {"g": 5},
    }
    assert overlaid(under, {"a": None, "e": None}) == under


names = st.sampled_from(["gateway", "site", "buses", "rs485", "x"])
values = st.one_of(st.integers(), st.booleans(), st.text(max_size=20), st.lists(st.integers()))


@settings(deadline=None)
@given(st.lists(st.tuples(st.tuples(names, names), values), max_size=6))
def test_values_put_one_after_the_other_all_stand(
    changes: list[tuple[tuple[str, str], object]],
) -> None:
    text, wanted = CARE, dict[tuple[str, str], object]()
    for where, value in changes:
        text = with_value(text, where, value)
        wanted[where] = value
    data = parse(text).data
    for (section, name), value in wanted.items():
        assert data[section][name] == value
