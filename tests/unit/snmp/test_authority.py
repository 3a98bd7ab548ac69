"""The engine's id stays, its boots grow."""

import pytest

from digigate.errors import SettingsError
from digigate.services.snmp.authority import FILE, GREATEST, Authority
from digigate.state import StateDirectory


def test_the_id_is_made_of_the_first_mac_that_is_a_stations(state: StateDirectory) -> None:
    authority = Authority(state, ("00:00:00:00:00:00", "01:00:5e:00:00:01", "02:42:ac:11:00:02"))
    assert authority.id.hex() == "800011cb03" + "0242ac110002"
    assert Authority(state, ("02:42:ac:11:00:99",)).id == authority.id


def test_without_a_mac_the_id_is_of_chance_and_kept(state: StateDirectory) -> None:
    authority = Authority(state)
    assert authority.id[:5].hex() == "800011cb05"
    assert len(authority.id) == 13
    assert Authority(state).id == authority.id


def test_boots_grow_with_each_start_and_end_at_the_greatest(state: StateDirectory) -> None:
    assert [Authority(state).boots for _ in range(3)] == [1, 2, 3]
    state.write_json(FILE, {"engine_id": "800011cb0500", "boots": GREATEST - 1})
    assert [Authority(state).boots for _ in range(2)] == [GREATEST, GREATEST]


def test_time_is_seconds_since_the_start(state: StateDirectory) -> None:
    now = 100.0
    authority = Authority(state, monotonic=lambda: now)
    now = 107.9
    assert authority.time == 7


@pytest.mark.parametrize(
    "kept", ["{", "[]", '{"engine_id": "zz", "boots": "x"}', '{"engine_id": "00", "boots": -1}']
)
def test_what_makes_no_sense_is_begun_anew(state: StateDirectory, kept: str) -> None:
    state.write_text(FILE, kept)
    authority = Authority(state)
    assert authority.boots == 1
    assert len(authority.id) >= 5


def test_a_start_that_cannot_be_written_down_is_none(state: StateDirectory) -> None:
    state.file(FILE + ".tmp").mkdir()
    with pytest.raises(SettingsError, match=r"snmp\.json cannot be written"):
        Authority(state)
