"""A technician adds other gateways by their IP address, with all that hangs below them."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from digigate.catalogue import Catalogue, Model
from fieldbus.models import plate
from running import Gateway, Technician, eventually, free_demo, start_run

SETTINGS = "modbus_tcp: {port: 0}\nweb: {https_port: 0, http_port: null}\nsnmp: {port: 0}\n"
MODELS = Catalogue.load().models


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("gateways")
    (path / "settings.yaml").write_text(SETTINGS)
    return path


@pytest.fixture(scope="module")
def far(home: Path) -> Iterator[Gateway]:
    with free_demo(home / "far") as gateway:
        yield gateway


@pytest.fixture
def technician(home: Path, request: pytest.FixtureRequest) -> Iterator[Technician]:
    """In front of a gateway without slaves of its own."""
    with start_run(home / request.node.name[:20], home / "settings.yaml") as gateway:
        yield Technician(gateway)


def port_of(gateway: Gateway) -> str:
    return str(gateway.ports()["modbus_tcp"])


def addresses(gateway: Gateway) -> list[int]:
    return [device["address"] for device in gateway.get("/api/v1/devices")["devices"]]


@pytest.mark.manual(92)
@pytest.mark.peer("mbpoll")
def test_a_second_gateway_brings_all_its_slaves(technician: Technician, far: Gateway) -> None:
    def polled() -> bool:
        states = {d["state"] for d in far.get("/api/v1/devices")["devices"]}
        return states == {"online"}

    near = technician.gateway
    eventually(polled, what="the far gateway's slaves")
    technician.does("topology", "add", "B-30", "4", "--name", "Mine")
    place = ("127.0.0.1", "--port", port_of(far))
    said = technician.is_refused("topology", "gateway", "add", *place, "--offset", "0")
    assert "slave 4 would be 4, which is taken: choose another offset" in said
    preview = technician.does("topology", "gateway", "add", *place, "--preview")
    assert "this was a preview: nothing was changed" in preview
    assert addresses(near) == [4]
    said = technician.does("topology", "gateway", "add", *place, "--name", "Hall")
    assert "gateway hall: diris-m70" in said
    assert "device 9 (Workshop): added" in said
    assert addresses(near) == [4, 3, 9, 5, 6, 7, 8, 20, 21, 22, 23, 24, 25]
    load = near.get("/api/v1/devices/6")["loads"][0]
    assert (load["name"], near.get("/api/v1/devices/6")["name"]) == ("PC1-2-3", "Server room")

    def online() -> bool:
        states = [d["state"] for d in near.get("/api/v1/devices")["devices"]]
        return states.count("online") == 12

    eventually(online, what="the slaves behind the far gateway")
    assert near.mbpoll(9, 50008, 3) == far.mbpoll(4, 50008, 3)
    assert "is gateway hall already" in technician.is_refused("topology", "gateway", "add", *place)


def test_a_refresh_follows_the_far_gateway_and_keeps_our_names(
    technician: Technician, far: Gateway
) -> None:
    place = ("127.0.0.1", "--port", port_of(far))
    technician.does("topology", "gateway", "add", *place, "--key", "hall", "--offset", "100")
    technician.does("topology", "rename", "106", "Our name")
    other = Technician(far)
    other.does("topology", "add", "B-30", "40", "--name", "New there")
    other.does("topology", "move", "40", "1")
    said = technician.does("topology", "gateway", "refresh", "hall")
    assert said.splitlines()[-1] == "device 40 (New there): added"
    assert technician.gateway.get("/api/v1/devices/106")["name"] == "Our name"
    other.does("topology", "remove", "40")
    said = technician.does("topology", "gateway", "refresh", "hall")
    assert said.splitlines()[-1] == "device 40 (New there): removed"
    assert "hall" in technician.does("topology", "gateway", "list")
    technician.does("topology", "gateway", "remove", "hall")
    assert addresses(technician.gateway) == []


def test_what_is_no_gateway_is_refused(technician: Technician) -> None:
    def add(port: str) -> str:
        return technician.is_refused("topology", "gateway", "add", "127.0.0.1", "--port", port)

    assert "is this gateway itself" in add(port_of(technician.gateway))
    assert "cannot be reached" in add("1")
    assert "there is no gateway 'roof'" in technician.is_refused(
        "topology", "gateway", "remove", "roof"
    )


def device(unit: int, model: Model, *blocks: tuple[int, list[int]]) -> SimDevice:
    """A slave as pymodbus serves it: its name plate and some blocks."""
    words = plate(model)
    told = [int.from_bytes(words[at : at + 2], "big") for at in range(0, len(words), 2)]
    spans = sorted([*blocks, (50000, told)])
    return SimDevice(
        unit, [SimData(at, values=held, datatype=DataType.REGISTERS) for at, held in spans]
    )


@asynccontextmanager
async def foreign_gateway() -> AsyncIterator[str]:
    """An M-70 by somebody else: itself at unit 1, a B-30 at 7, an A-14 at 12."""
    settings = [0] * 128
    settings[0:2], settings[64:66] = (1, 6), (1, 1)  # loads 1 and 3 are on: 3P-3CT, 1P+N-1CT
    served = [
        device(1, MODELS["diris-m70"]),
        device(7, MODELS["diris-b30"], (13824, settings), (18432, [0] * 92)),
        device(12, MODELS["diris-a14"]),
    ]
    server = ModbusTcpServer(served, address=("127.0.0.1", 0))
    await server.serve_forever(background=True)
    try:
        yield str(server.transport.sockets[0].getsockname()[1])  # type: ignore[attr-defined]
    finally:
        await server.shutdown()  # type: ignore[no-untyped-call]


async def test_a_gateway_by_somebody_else_is_asked_unit_by_unit(technician: Technician) -> None:
    async with foreign_gateway() as port:
        place = ("127.0.0.1", "--port", port, "--unit", "1", "--map", "12=112")
        said = await asyncio.to_thread(technician.does, "topology", "gateway", "add", *place)
        lines = said.splitlines()
        assert "slave 7: diris-b30, 2 loads" in lines
        assert lines[-2:] == ["device 7: added", "device 112: added"]
        devices = technician.gateway.get("/api/v1/devices")["devices"]
        assert [(d["address"], d["model"]["key"]) for d in devices] == [
            (7, "diris-b30"),
            (112, "diris-a14"),
        ]
        assert [load["number"] for load in devices[0]["loads"]] == [1, 3]
        exported = await asyncio.to_thread(technician.does, "topology", "export")
        assert "type: 3P-3CT" in exported
