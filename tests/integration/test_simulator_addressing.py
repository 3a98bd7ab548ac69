"""Slaves as they come from the box, addressed over a pty by a master that sees octets only."""

import os
import select
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from digigate.catalogue.addressing import (
    ALL,
    ANYBODY,
    ORDERS,
    STATE,
    STATE_WORDS,
    Filter,
    Order,
    OrderKind,
    State,
)
from digigate.simulator.wire.frames import is_whole, sealed
from running.simulator import ctl, simulator

pytestmark = pytest.mark.timed

PLANT = Path(__file__).resolve().parents[2] / "config" / "unaddressed-plant.yaml"
BEGINS_WITHIN, GOES_ON_WITHIN = 1.0, 0.1  # s


class Master:
    """Sends frames and hears what comes back."""

    def __init__(self, handle: int) -> None:
        self._handle = handle

    def hear(self, unit: int, start: int, count: int) -> bytes:
        """All octets after a read: an answer, noise, or nothing."""
        body = bytes((unit, 3)) + start.to_bytes(2, "big") + count.to_bytes(2, "big")
        os.write(self._handle, sealed(body))
        heard, patience = b"", BEGINS_WITHIN
        while select.select([self._handle], [], [], patience)[0]:
            heard += os.read(self._handle, 4096)
            patience = GOES_ON_WITHIN
        return heard

    def order(self, order: Order) -> None:
        words = order.encode()
        head = bytes((0, 16)) + ORDERS.to_bytes(2, "big") + bytes((0, len(words) // 2, len(words)))
        os.write(self._handle, sealed(head + words))

    def state(self) -> State | None:
        """Of the one slave that is selected; None = several speak, or nobody."""
        heard = self.hear(ANYBODY, STATE, STATE_WORDS)
        return State.decode(heard[3:-2]) if is_whole(heard) else None

    def found(self, net_id: int = 0, mask: int = 0) -> list[int]:
        """The NET IDs at 5 that agree with the mask, by halving it from its lowest bit."""
        self.order(Order(OrderKind.SELECT, net_id, mask, 5))
        heard = self.hear(ANYBODY, STATE, STATE_WORDS)
        if not heard:
            return []
        if is_whole(heard):
            return [State.decode(heard[3:-2]).net_id]
        bit = mask + 1
        return self.found(net_id, mask | bit) + self.found(net_id | bit, mask | bit)


@contextmanager
def master(path: str, speed: int = termios.B38400) -> Iterator[Master]:
    handle = os.open(path, os.O_RDWR | os.O_NOCTTY)
    try:
        tty.setraw(handle)
        mode = termios.tcgetattr(handle)
        mode[4] = mode[5] = speed
        termios.tcsetattr(handle, termios.TCSANOW, mode)
        yield Master(handle)
    finally:
        os.close(handle)


def test_slaves_at_one_address_are_separated_and_moved(tmp_path: Path) -> None:
    control = tmp_path / "plant.sock"
    with (
        simulator(str(PLANT), "--pty", str(tmp_path), "--control", str(control)) as (_, told),
        master(told["buses"]["digiware"]) as bus,
    ):
        heard = bus.hear(5, 50000, 4)
        assert heard
        assert not is_whole(heard)
        assert is_whole(bus.hear(12, 50000, 4))
        bus.order(Order(OrderKind.BEGIN))
        ids = bus.found()
        assert set(ids) == {0x25A10001, 0x25A10002, 0x25A10003, 0xC5A10004, 0x25A10005}
        for address, net_id in enumerate(ids, 60):
            bus.order(Order(OrderKind.ASSIGN, net_id, ALL, address))
            assert is_whole(bus.hear(address, 50000, 4))
        assert bus.hear(5, 50000, 4) == b""
        status = ctl(control, "status")["slaves"]
        assert {status[str(60 + k)]["net_id"] for k in range(5)} == set(ids)


def test_buttons_and_leds(tmp_path: Path) -> None:
    control = tmp_path / "plant.sock"
    with (
        simulator(str(PLANT), "--pty", str(tmp_path), "--control", str(control)) as (_, told),
        master(told["buses"]["digiware"]) as bus,
    ):
        assert not ctl(control, "press", "0x25A10002")["counts"]
        bus.order(Order(OrderKind.BEGIN))
        bus.order(Order(OrderKind.SELECT, argument=Filter.PRESSED))
        assert bus.state() is None
        blinking = [each["com"] for each in ctl(control, "leds").values()]
        assert sum(com["light"] == "blinking" for com in blinking) == 7
        origins = [com["origin"] for com in blinking if com["origin"]]
        assert max(origins) - min(origins) < 0.05
        assert not ctl(control, "press", "0x25A10002", "1")["counts"]
        assert ctl(control, "press", "0xC5A10004")["counts"]
        bus.order(Order(OrderKind.SELECT, argument=Filter.PRESSED))
        state = bus.state()
        assert state
        assert state.net_id == 0xC5A10004
        assert state.pressed_ago is not None


@pytest.mark.parametrize("speed", [9600, 115200])
def test_a_line_at_another_speed_is_dark_and_silent(tmp_path: Path, speed: int) -> None:
    control = tmp_path / "plant.sock"
    with (
        simulator(str(PLANT), "--pty", str(tmp_path), "--control", str(control)) as (_, told),
        master(told["buses"]["digiware"], getattr(termios, f"B{speed}")) as bus,
    ):
        bus.order(Order(OrderKind.BEGIN))
        assert bus.hear(12, 50000, 4) == b""
        lights = {each["com"]["light"] for each in ctl(control, "leds").values()}
        assert lights == {"dark"}
