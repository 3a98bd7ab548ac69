"""What master and simulated slaves say to each other while addresses are given."""

import pytest

from digigate.catalogue import Catalogue
from digigate.catalogue.addressing import (
    ALL,
    ORDER_WORDS,
    STATE_WORDS,
    Filter,
    Order,
    OrderKind,
    State,
)


def test_an_order_survives_the_wire() -> None:
    order = Order(OrderKind.SELECT, 0x1A2B0004, 0xFFFF0000, Filter.PRESSED)
    words = order.encode()
    assert len(words) == 2 * ORDER_WORDS
    assert Order.decode(words) == order
    assert words.hex() == "444700021a2b0004ffff0000ffff"


@pytest.mark.parametrize("words", [b"", bytes(14), bytes.fromhex("4447000900000000000000000000")])
def test_what_is_no_order_is_none(words: bytes) -> None:
    assert Order.decode(words) is None


def test_a_mask_means_the_slaves_that_agree_in_its_bits() -> None:
    order = Order(OrderKind.SELECT, 0b1010, 0b1110)
    assert [order.means(net_id) for net_id in (0b1010, 0b1011, 0b0010)] == [True, True, False]
    assert not Order(OrderKind.LED, 7, ALL).means(6)


@pytest.mark.parametrize("ago", [None, 0, 2500])
def test_a_state_survives_the_wire(ago: int | None) -> None:
    state = State(0xFFFFFFFE, 5, ago)
    assert len(state.encode()) == 2 * STATE_WORDS
    assert State.decode(state.encode()) == state


def test_a_short_state_is_refused() -> None:
    with pytest.raises(ValueError, match="3 octets"):
        State.decode(b"abc")


def test_a_model_finds_its_settings_by_their_own_name() -> None:
    models = Catalogue.load().models
    found = {
        key: [(p.address, p.locked) for p in models[key].registers("slave_address")]
        for key in ("diris-b30", "countis-e44")
    }
    assert found == {"diris-b30": [(57344, True)], "countis-e44": [(58368, True)]}
    assert [(p.address, p.locked) for p in models["diris-b30"].registers("day")] == [(57600, False)]
