"""A remote gateway's slaves: their addresses among ours, all in or none."""

import pytest

from digigate.errors import SettingsError
from digigate.settings.joining import join, key_for, listed, map_addresses, part
from digigate.settings.topology import BusName, Device, RemoteGateway, Topology
from unit.settings.plants import ANNEX, PLANT, addresses, meter


def behind(address: int, remote: int = 0, key: str = "annex") -> Device:
    return Device(address=address, bus=BusName.RS485, model="diris-b30", gateway=key, remote=remote)


@pytest.mark.parametrize(
    ("units", "offset", "chosen", "places"),
    [
        ([4, 5], None, {}, {4: 4, 5: 5}),
        ([3, 6, 7], None, {}, {3: 4, 6: 8, 7: 7}),
        ([3, 4], None, {}, {3: 5, 4: 4}),
        ([3, 4], 40, {}, {3: 43, 4: 44}),
        ([3, 4], None, {4: 104}, {3: 4, 4: 104}),
        ([3, 4], 40, {4: 104}, {3: 43, 4: 104}),
        ([3, 6], 0, {3: 103, 6: 106}, {3: 103, 6: 106}),
    ],
)
def test_addresses_are_kept_where_free_else_next_or_as_told(
    units: list[int], offset: int | None, chosen: dict[int, int], places: dict[int, int]
) -> None:
    assert map_addresses(units, [3, 6, 20], offset, chosen) == places


def test_the_last_address_is_followed_by_the_first() -> None:
    assert map_addresses([247], [247]) == {247: 1}


@pytest.mark.parametrize(
    ("units", "offset", "chosen", "said"),
    [
        (
            [3, 6, 7],
            0,
            {},
            (
                "slave 3 would be 3, which is taken; slave 6 would be 6, which is taken:"
                " choose another offset, or map these by hand"
            ),
        ),
        ([200], 100, {}, "slave 200 would be 300, which is no address"),
        ([3], None, {4: 40}, "the gateway has no slave 4; it has 3"),
        ([4, 5], None, {4: 40, 5: 40}, "slave 5 would be 40, which is taken"),
    ],
)
def test_collisions_are_refused_and_all_are_listed(
    units: list[int], offset: int | None, chosen: dict[int, int], said: str
) -> None:
    with pytest.raises(SettingsError, match=said):
        map_addresses(units, [3, 6, 20], offset, chosen)


def test_a_plant_without_free_addresses_is_full() -> None:
    with pytest.raises(SettingsError, match="all 247 addresses are taken"):
        map_addresses([9], range(1, 248))


def test_a_gateway_joins_with_all_its_devices_and_leaves_with_them() -> None:
    joined = join(PLANT, ANNEX, [behind(40, 4), behind(41, 5)])
    assert (addresses(joined), joined.gateways) == ([3, 6, 20, 40, 41], (ANNEX,))
    assert part(joined, "annex") == PLANT


def test_a_refreshed_gateway_stays_where_it_was() -> None:
    other = RemoteGateway(key="roof", model="diris-m50", host="10.0.0.1")
    plant = join(join(PLANT, ANNEX, [behind(40), behind(41)]), other, [behind(60, key="roof")])
    moved = ANNEX.model_copy(update={"host": "192.168.0.6"})
    plant = join(plant, moved, [behind(41), behind(42), behind(43)])
    assert addresses(plant) == [3, 6, 20, 41, 42, 43, 60]
    assert plant.gateways == (moved, other)


def test_all_or_none() -> None:
    full = Topology(devices=tuple(meter(n) for n in range(2, 32)))
    with pytest.raises(SettingsError, match="brings 3 devices, which with the 30 others is more"):
        join(full, ANNEX, [behind(n) for n in (40, 41, 42)])
    with pytest.raises(SettingsError, match="address 3 is used twice"):
        join(PLANT, ANNEX, [behind(40), behind(3)])


def test_an_unlisted_gateway_says_which_there_are() -> None:
    joined = join(PLANT, ANNEX, [])
    assert listed(joined, "annex") == ANNEX
    with pytest.raises(SettingsError, match="no gateway 'roof'; known: annex"):
        part(joined, "roof")
    with pytest.raises(SettingsError, match="known: none"):
        listed(PLANT, "roof")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("192.168.0.5", "192-168-0-5"),
        ("Annexe, bâtiment 2!", "annexe-b-timent"),
        ("annex", "annex-2"),
        ("", "gateway"),
    ],
)
def test_a_key_is_made_of_what_people_say(text: str, key: str) -> None:
    assert key_for(text, join(PLANT, ANNEX, [])) == key
    RemoteGateway(key=key, model="m", host="h")
