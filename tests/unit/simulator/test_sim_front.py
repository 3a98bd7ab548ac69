"""A slave's front: what it shows and does while a search runs."""

import pytest

from digigate.catalogue.addressing import ALL, ComLed, Filter, Order, OrderKind
from digigate.simulator.device.front import Com, Front, Light

ME, SISTER = 0x1A2B0004, 0x1A2B0005


class Ticks:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


@pytest.fixture
def front(ticks: Ticks) -> Front:
    return Front(ME, ticks)


def begin(front: Front) -> None:
    front.obey(Order(OrderKind.BEGIN), 5)


def test_it_blinks_in_step_from_the_begin_on(front: Front, ticks: Ticks) -> None:
    begin(front)
    ticks.now += 7
    assert front.com() == Com(Light.BLINKING, 100.0)


def test_the_led_is_steady_while_a_conflict_waits_and_blinks_in_step_again(front: Front) -> None:
    begin(front)
    front.obey(Order(OrderKind.LED, ME, ALL, ComLed.STEADY), 5)
    assert front.com().light is Light.STEADY
    front.obey(Order(OrderKind.LED, SISTER, ALL, ComLed.BLINKING), 5)
    assert front.com().light is Light.STEADY
    front.obey(Order(OrderKind.LED, ME, ALL, ComLed.BLINKING), 5)
    assert front.com() == Com(Light.BLINKING, 100.0)


def test_outside_a_search_it_shows_traffic(front: Front, ticks: Ticks) -> None:
    assert front.com().light is Light.DARK
    front.see_traffic()
    assert front.com().light is Light.TRAFFIC
    ticks.now += 3
    assert front.com().light is Light.DARK


def test_a_press_of_two_seconds_counts_during_a_search_only(front: Front, ticks: Ticks) -> None:
    assert not front.press(5)
    begin(front)
    assert not front.press(1)
    assert front.state(5).pressed_ago is None
    assert front.press(2)
    ticks.now += 1.5
    assert front.state(5).pressed_ago == 1500
    begin(front)
    assert front.state(5).pressed_ago is None


@pytest.mark.parametrize(
    ("net_id", "mask", "argument", "selected"),
    [
        (0, 0, Filter.EVERYBODY, True),
        (ME, ALL, Filter.EVERYBODY, True),
        (SISTER, ALL, Filter.EVERYBODY, False),
        (SISTER, ALL - 1, Filter.EVERYBODY, True),
        (0, 0, 5, True),
        (0, 0, 6, False),
        (ME, ALL, 6, False),
        (0, 0, Filter.PRESSED, False),
    ],
)
def test_who_is_selected(front: Front, net_id: int, mask: int, argument: int, selected: bool) -> None:  # fmt: skip  # noqa: E501
    front.obey(Order(OrderKind.SELECT, 0, 0, Filter.EVERYBODY), 5)
    front.obey(Order(OrderKind.SELECT, net_id, mask, argument), 5)
    assert front.selected is selected


def test_pressed_ones_are_selected_until_they_have_an_address(front: Front) -> None:
    begin(front)
    front.press(2)
    pressed = Order(OrderKind.SELECT, 0, 0, Filter.PRESSED)
    front.obey(pressed, 5)
    assert front.selected
    assert front.obey(Order(OrderKind.ASSIGN, ME, ALL, 9), 5) == 9
    front.obey(pressed, 9)
    assert not front.selected


@pytest.mark.parametrize("address", [0, 248, 65535])
def test_an_address_that_cannot_be_is_not_taken(front: Front, address: int) -> None:
    assert front.obey(Order(OrderKind.ASSIGN, ME, ALL, address), 5) == 5


def test_the_end_forgets_presses_and_selection(front: Front) -> None:
    begin(front)
    front.press(2)
    front.obey(Order(OrderKind.SELECT), 5)
    front.obey(Order(OrderKind.END), 5)
    assert not front.selected
    assert front.com().light is Light.DARK
    assert not front.press(2)


def test_who_has_no_net_id_takes_no_part(ticks: Ticks) -> None:
    front = Front(0, ticks)
    begin(front)
    front.obey(Order(OrderKind.SELECT), 5)
    assert not front.selected
    assert front.obey(Order(OrderKind.ASSIGN, 0, 0, 9), 5) == 5
    assert front.com().light is Light.DARK
