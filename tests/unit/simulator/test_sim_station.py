"""Where a slave answers: private addressing, the plain way, and what a loss of supply does."""

import pytest

from digigate.catalogue.addressing import (
    ALL,
    ANYBODY,
    ORDERS,
    STATE,
    STATE_WORDS,
    Order,
    OrderKind,
    State,
)
from digigate.simulator.device.front import Light
from digigate.simulator.device.station import Station
from fieldbus.stations import Ticks, ask, station

ME = 0x1A2B0004
UNLOCK, SAVE, REBOOT = "06e30003e8", "06e20000a1", "06e20000b2"
MOVE_TO_9 = "06e0000009"
NAME = "03c3500004"
REFUSED = "8603"


@pytest.fixture
def slave() -> Station:
    return station("diris-b30", net_id=ME)


def order(slave: Station, given: Order, unit: int = 0) -> str | None:
    words = given.encode()
    head = bytes((16,)) + ORDERS.to_bytes(2, "big") + bytes((0, len(words) // 2, len(words)))
    return ask(slave, unit, (head + words).hex())


def state(slave: Station, unit: int) -> State | None:
    said = ask(slave, unit, f"03{STATE:04x}{STATE_WORDS:04x}")
    return State.decode(bytes.fromhex(said)[2:]) if said else None


def test_it_answers_at_its_own_address_only(slave: Station) -> None:
    assert ask(slave, 5, NAME) == "03080053004f0043004f"
    assert ask(slave, 6, NAME) is None
    assert ask(slave, ANYBODY, NAME) is None


def test_selected_it_answers_at_248_with_all_its_registers(slave: Station) -> None:
    assert order(slave, Order(OrderKind.SELECT)) is None
    assert state(slave, ANYBODY) == State(ME, 5)
    assert ask(slave, ANYBODY, NAME) == "03080053004f0043004f"
    order(slave, Order(OrderKind.SELECT, ME ^ 1, ALL))
    assert ask(slave, ANYBODY, NAME) is None


def test_it_takes_an_address_and_keeps_it(slave: Station) -> None:
    order(slave, Order(OrderKind.ASSIGN, ME, ALL, 9))
    assert ask(slave, 5, NAME) is None
    assert state(slave, 9) == State(ME, 9)
    assert ask(slave, 9, "03e0000001") == "03020009"
    slave.on = False
    assert ask(slave, 9, NAME) is None
    slave.on = True
    assert ask(slave, 9, NAME)


def test_a_loss_of_supply_ends_its_part_in_a_search(slave: Station) -> None:
    order(slave, Order(OrderKind.BEGIN))
    order(slave, Order(OrderKind.SELECT))
    assert slave.com().light is Light.BLINKING
    slave.on = False
    assert slave.com().light is Light.DARK
    assert not slave.press(2)
    slave.on = True
    assert slave.com().light is Light.DARK
    assert ask(slave, ANYBODY, NAME) is None


def test_at_another_speed_its_led_stays_dark() -> None:
    slave = station("diris-b30", net_id=ME, baudrate=9600)
    assert slave.baudrate == 9600
    assert slave.com().light is Light.DARK


def test_who_has_no_net_id_knows_no_orders() -> None:
    slave = station("countis-e24")
    assert order(slave, Order(OrderKind.SELECT)) is None
    assert ask(slave, ANYBODY, NAME) is None
    assert ask(slave, 5, f"03{STATE:04x}0005") == "8302"
    assert order(slave, Order(OrderKind.ASSIGN, 0, 0, 9), unit=5) == "9002"


@pytest.mark.parametrize(
    ("model", "register"), [("diris-b30", 57344), ("countis-e24", 57344), ("countis-e44", 58368)]
)
def test_the_plain_way_to_another_address(model: str, register: int) -> None:
    slave = station(model)
    move, shown = f"06{register:04x}0009", f"03{register:04x}0001"
    assert ask(slave, 5, move) == REFUSED
    assert ask(slave, 5, UNLOCK) == UNLOCK
    assert ask(slave, 5, move) == move
    assert ask(slave, 5, shown) == "03020009"
    assert ask(slave, 9, NAME) is None
    assert ask(slave, 5, SAVE) == SAVE
    assert ask(slave, 5, NAME) is None
    assert ask(slave, 9, NAME)


def test_an_address_that_was_not_saved_is_forgotten(slave: Station) -> None:
    ask(slave, 5, UNLOCK)
    ask(slave, 5, MOVE_TO_9)
    slave.on = False
    slave.on = True
    assert ask(slave, 5, "03e0000001") == "03020005"
    ask(slave, 5, SAVE)
    assert ask(slave, 5, NAME)


@pytest.mark.parametrize("address", [0, 248, 300])
def test_a_plain_address_that_cannot_be_is_refused(slave: Station, address: int) -> None:
    ask(slave, 5, UNLOCK)
    assert ask(slave, 5, f"06e000{address:04x}") == REFUSED


def test_the_lock_closes_after_five_minutes_and_by_a_wrong_code_is_not_opened() -> None:
    ticks = Ticks()
    slave = station("diris-b30", ticks)
    assert ask(slave, 5, "06e30003e7") == REFUSED
    assert ask(slave, 5, MOVE_TO_9) == REFUSED
    ask(slave, 5, UNLOCK)
    ticks.now += 299
    assert ask(slave, 5, MOVE_TO_9) == MOVE_TO_9
    ticks.now += 2
    assert ask(slave, 5, MOVE_TO_9) == REFUSED


def test_a_saved_speed_is_acted_by(slave: Station) -> None:
    ask(slave, 5, UNLOCK)
    ask(slave, 5, "06e0010003")
    assert slave.baudrate == 38400
    ask(slave, 5, SAVE)
    assert slave.baudrate == 9600


def test_settings_are_lost_with_the_supply_unless_saved(slave: Station) -> None:
    write, read = "06360d0007", "03360d0001"
    ask(slave, 5, write)
    assert ask(slave, 5, read) == "03020007"
    ask(slave, 5, REBOOT)
    assert ask(slave, 5, read) != "03020007"
    ask(slave, 5, write)
    ask(slave, 5, SAVE)
    ask(slave, 5, REBOOT)
    assert ask(slave, 5, read) == "03020007"
    ask(slave, 5, "06e20000e5")
    assert ask(slave, 5, read) != "03020007"


def test_the_older_meters_save_by_a_register_of_their_own() -> None:
    slave = station("diris-a30")
    ask(slave, 5, "06e0010001")
    slave.on = False
    slave.on = True
    assert ask(slave, 5, "03e0010001") != "03020001"
    ask(slave, 5, "06e0010001")
    assert ask(slave, 5, "0606000000") == "0606000000"
    slave.on = False
    slave.on = True
    assert ask(slave, 5, "03e0010001") == "03020001"


def test_the_older_meters_have_a_clock_of_their_own() -> None:
    slave = station("diris-a30")
    assert ask(slave, 5, "030c000006") == "030c0003000307ea000b00000000"
    ask(slave, 5, "060c030007")
    assert ask(slave, 5, "030c000006") == "030c0003000307ea000700000000"


def test_a_clock_with_milliseconds() -> None:
    slave = station("countis-e47")
    ask(slave, 5, "06e30003e8")
    assert ask(slave, 5, "107500000" + "70e" + "000400050" + "7ea0006000700080064") == "1075000007"
    assert ask(slave, 5, "0375000007") == "030e0004000507ea0006000700080000"


def test_a_slave_shows_which_one_it_is(slave: Station) -> None:
    assert ask(slave, 5, "06e2080001") == "06e2080001"
    assert slave.lights()["identified"]
    assert ask(slave, 5, "06e2080002") == REFUSED
    ask(slave, 5, "06e2080000")
    assert not slave.lights()["identified"]


def test_an_unknown_action_is_refused(slave: Station) -> None:
    assert ask(slave, 5, "06e2000011") == REFUSED


def test_a_load_is_enabled_and_disabled_by_its_registers() -> None:
    slave = station("diris-b30", loads=[{"number": 1}])
    assert ask(slave, 5, "0348000001") == "03020001"
    assert ask(slave, 5, "0336200001") == "03020000"
    ask(slave, 5, "10362000030600010008002d")  # load 2: enabled, 3P+N-3CT, 45 A
    assert ask(slave, 5, "0350000001") == "03020001"
    ask(slave, 5, "0636000000")
    assert ask(slave, 5, "0348000001") == "03020000"
    assert ask(slave, 5, "03481a0002") == "0304ffffffff"
