"""Where a line is plugged in, and why some stay closed."""

import pytest

from digigate.bus.plug import Plug
from digigate.bus.status import LineState
from digigate.settings.sections import Buses, Line, Role, Rs485
from digigate.settings.topology import RemoteGateway


def test_a_port_is_opened() -> None:
    plug = Plug.of(Line(port="/dev/ttyUSB0", baudrate=9600))
    assert (plug.place, plug.baudrate, plug.state) == ("/dev/ttyUSB0", 9600, LineState.DOWN)
    assert plug.open is not None


def test_without_a_port_nothing_is() -> None:
    plug = Plug.of(Line())
    assert (plug.open, plug.state, plug.reason) == (None, LineState.UNWIRED, "no port is set")


def test_a_port_that_is_an_output_is_left_to_its_master() -> None:
    plug = Plug.of(Rs485(port="/dev/ttyUSB1", role=Role.SLAVE))
    assert (plug.place, plug.open, plug.state) == ("/dev/ttyUSB1", None, LineState.SLAVE)
    assert "set its role to master" in plug.reason


def test_a_remote_gateway_is_somewhere_on_the_network() -> None:
    plug = Plug.to(RemoteGateway(key="hall", model="diris-m50", host="10.0.0.5", port=1502))
    assert (plug.place, plug.baudrate) == ("10.0.0.5:1502", 0)
    assert plug.open is not None


@pytest.mark.manual(37)
def test_a_bus_that_nobody_has_set_runs_at_38400_baud() -> None:
    buses = Buses()
    assert Plug.of(buses.digiware).baudrate == Plug.of(buses.rs485).baudrate == 38400
