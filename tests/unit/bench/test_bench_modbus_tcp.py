"""How the costs of servers that take turns are compared."""

import pytest

from bench.modbus_tcp import compared


def test_each_turn_is_compared_with_its_neighbour() -> None:
    quiet, busy = [10.0, 11.0, 10.0, 11.0], [20.0, 22.0, 20.0, 22.0]
    found = compared(quiet + busy, [0.5 * cost for cost in quiet + busy])
    assert found.value == 2
    assert found.uncertain == 0


def test_few_disturbed_turns_move_neither_the_middle_nor_the_doubt() -> None:
    ratios = [0.94, 0.95, 0.96] * 100 + [9.0] * 10
    found = compared(ratios, [1.0] * len(ratios))
    assert found.value == pytest.approx(0.95)
    assert found.uncertain == pytest.approx(1.57 * 0.02 / len(ratios) ** 0.5)


def test_a_turn_without_a_neighbour_is_left_out() -> None:
    assert compared([2.0, 2.0, 2.0], [1.0, 1.0]).value == 2
