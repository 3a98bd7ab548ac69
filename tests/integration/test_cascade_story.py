"""Two gateways: the second serves the first one's slaves as its own, under other addresses."""

from collections.abc import Iterator

import pytest

from running import Gateway, eventually, free_demo, start_run

SETTINGS = "modbus_tcp: {port: 0}\nweb: {https_port: 0, http_port: null}\nsnmp: {port: 0}\n"
TOPOLOGY = """version: 1
gateways:
  - {{key: hall, model: diris-m70, host: 127.0.0.1, port: {port}, name: Hall}}
devices:
  - {{address: 43, bus: digiware, model: digiware-u30, gateway: hall, remote: 3, confirmed: true}}
  - {{address: 5, bus: digiware, model: digiware-i30, gateway: hall, confirmed: true}}
"""
FREQUENCY = 18436


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Gateway, Gateway]]:
    """The gateway with the slaves, and the one that asks it."""
    folder = tmp_path_factory.mktemp("cascade")
    with free_demo(folder / "far") as far:
        (folder / "settings.yaml").write_text(SETTINGS)
        topology = folder / "topology.yaml"
        topology.write_text(TOPOLOGY.format(port=far.ports()["modbus_tcp"]))
        with start_run(
            folder / "near", folder / "settings.yaml", "--topology", str(topology)
        ) as near:
            yield far, near


def state(gateway: Gateway, address: int) -> str:
    return str(gateway.get(f"/api/v1/devices/{address}")["state"])


@pytest.mark.peer("mbpoll")
def test_its_slaves_are_read_through_two_gateways(both: tuple[Gateway, Gateway]) -> None:
    far, near = both
    eventually(lambda: state(near, 43) == state(near, 5) == "online", what="both slaves online")
    assert near.mbpoll(43, 50000, 4) == [0x53, 0x4F, 0x43, 0x4F]
    serial = far.mbpoll(3, 50008, 3)
    assert near.mbpoll(43, 50008, 3) == serial
    lines = {line["name"]: line for line in near.get("/api/v1/buses")["buses"]}
    assert lines["hall"]["state"] == "up"
    assert lines["hall"]["port"] == f"127.0.0.1:{far.ports()['modbus_tcp']}"


def test_a_far_slave_without_supply_is_silent_and_the_line_stays_up(
    both: tuple[Gateway, Gateway],
) -> None:
    far, near = both
    eventually(lambda: state(near, 5) == "online", what="slave 5 online")
    far.plant("slave.off", address=5)
    try:
        eventually(lambda: state(near, 5) == "silent", what="slave 5 silent")
        reason = near.get("/api/v1/devices/5")["reason"]
        assert "gateway Hall" in reason
        assert "got no answer from it" in reason
        assert state(near, 43) == "online"
    finally:
        far.plant("slave.on", address=5)
    eventually(lambda: state(near, 5) == "online", what="slave 5 online again", within=90)


@pytest.mark.manual(10, 32)
@pytest.mark.peer("mbpoll")
@pytest.mark.parametrize(("address", "serial"), [(4, "24171020117"), (20, "23401050044")])
def test_slaves_of_both_buses_are_read_over_ethernet(
    both: tuple[Gateway, Gateway], address: int, serial: str
) -> None:
    far, _ = both
    eventually(lambda: state(far, address) == "online", what=f"slave {address} online")
    when, where, number = far.mbpoll(address, 50008, 3)
    assert f"{when:04x}{where:04x}{number:03d}" == serial
