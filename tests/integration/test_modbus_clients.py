"""Clients written by others: mbpoll, libmodbus, pymodbus."""

import asyncio
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pymodbus.client import AsyncModbusTcpClient
from pymodbus.pdu.mei_message import ReadDeviceInformationRequest, ReadDeviceInformationResponse

from modbus import OFFLINE, POLLED, REFUSING, SILENT, STRANGER, UNPOLLED
from modbus.plant import FIRST, register
from modbus.serving import HOST, Served, served

SOURCE = Path(__file__).parent / "c" / "tcp_client.c"


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path) as gateway:
        yield gateway


@pytest.fixture
async def pymodbus(gateway: Served) -> AsyncIterator[AsyncModbusTcpClient]:
    client = AsyncModbusTcpClient(HOST, port=gateway.port, timeout=20, retries=0)
    assert await client.connect()
    yield client
    client.close()


async def output_of(*command: str | Path) -> tuple[int, list[str]]:
    """Exit code and lines of a program that is given a minute."""
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE)
    async with asyncio.timeout(60):
        out, error = await process.communicate()
    return process.returncode or 0, (out + error).decode().splitlines()


async def mbpoll(
    gateway: Served, unit: int, address: int, *options: str, values: tuple[str, ...] = ()
) -> tuple[int, list[str]]:
    target = ["-m", "tcp", "-p", str(gateway.port), "-a", str(unit), "-0", "-r", str(address)]
    return await output_of("mbpoll", *target, "-1", "-q", "-o", "5", *options, HOST, *values)


def printed(lines: list[str]) -> list[str]:
    return [line.split("\t")[1].strip() for line in lines if line.startswith("[")]


@pytest.mark.peer("mbpoll")
@pytest.mark.parametrize("unit", [POLLED, UNPOLLED])
async def test_mbpoll_reads_polled_and_unpolled_registers(gateway: Served, unit: int) -> None:
    address = FIRST if unit == POLLED else 10
    code, lines = await mbpoll(gateway, unit, address, "-c", "3", "-t", "4:hex")
    assert code == 0, lines
    assert printed(lines) == [f"0x{register(unit, address + i):04X}" for i in range(3)]


@pytest.mark.peer("mbpoll")
@pytest.mark.parametrize("unit", [0, 255, 12])
async def test_mbpoll_finds_the_gateway_by_its_identification(gateway: Served, unit: int) -> None:
    code, lines = await mbpoll(gateway, unit, 50000, "-c", "4")
    assert code == 0, lines
    assert [chr(int(value.split()[0])) for value in printed(lines)] == list("SOCO")


@pytest.mark.peer("mbpoll")
async def test_mbpoll_writes_a_slave_and_reads_it_back(gateway: Served) -> None:
    code, lines = await mbpoll(gateway, POLLED, FIRST, values=("4711", "4712"))
    assert code == 0, lines
    code, lines = await mbpoll(gateway, POLLED, FIRST, "-c", "2")
    assert [value.split()[0] for value in printed(lines)] == ["4711", "4712"]


@pytest.mark.peer("mbpoll")
@pytest.mark.parametrize(
    ("unit", "reason"),
    [
        (STRANGER, "Gateway path unavailable"),
        (SILENT, "Target device failed to respond"),
        (OFFLINE, "Target device failed to respond"),
        (REFUSING, "Illegal data address"),
    ],
)
async def test_mbpoll_is_told_what_is_not_there(gateway: Served, unit: int, reason: str) -> None:
    code, lines = await mbpoll(gateway, unit, FIRST)
    assert code != 0
    assert any(reason in line for line in lines), lines


@pytest.mark.peer("cc")
async def test_libmodbus_reads_writes_and_understands_refusals(
    gateway: Served, tmp_path: Path
) -> None:
    binary = tmp_path / "tcp_client"
    flags = ("-O1", "-Wall", "-Werror", "-I/usr/include/modbus")
    assert await output_of("cc", *flags, "-o", binary, SOURCE, "-lmodbus") == (0, [])
    asked = [str(gateway.port), str(POLLED), str(FIRST), "125"]
    words = " ".join(f"{register(POLLED, FIRST + i):04x}" for i in range(125))
    code, lines = await output_of(binary, *asked)
    assert (code, lines) == (
        0,
        [
            f"holding {words}",
            f"input {words}",
            "write",
            "writes",
            "again 1234 abcd",
            "coils Illegal function",
            "lacking Illegal data address",
            "nobody Gateway path unavailable",
        ],
    )


async def test_pymodbus_reads_writes_and_reads_back(
    gateway: Served, pymodbus: AsyncModbusTcpClient
) -> None:
    found = await pymodbus.read_holding_registers(FIRST, count=125, device_id=POLLED)
    assert found.registers == [register(POLLED, FIRST + i) for i in range(125)]
    await pymodbus.write_registers(FIRST, [1, 2, 3], device_id=POLLED)
    await pymodbus.write_register(FIRST + 1, 9, device_id=POLLED)
    again = await pymodbus.read_input_registers(FIRST, count=3, device_id=POLLED)
    assert again.registers == [1, 9, 3]


@pytest.mark.parametrize(
    ("unit", "code"), [(STRANGER, 0x0A), (SILENT, 0x0B), (OFFLINE, 0x0B), (REFUSING, 0x02)]
)
async def test_pymodbus_is_told_why(
    gateway: Served, pymodbus: AsyncModbusTcpClient, unit: int, code: int
) -> None:
    answer = await pymodbus.read_holding_registers(FIRST, count=1, device_id=unit)
    assert answer.isError()
    assert answer.exception_code == code


@pytest.mark.parametrize(
    ("unit", "vendor", "model"),
    [(255, b"SOCOMEC", b"M-70"), (UNPOLLED, b"SOCOMEC", b"COUNTIS E24")],
)
async def test_pymodbus_reads_device_identification(
    gateway: Served, pymodbus: AsyncModbusTcpClient, unit: int, vendor: bytes, model: bytes
) -> None:
    request = ReadDeviceInformationRequest(read_code=2, object_id=0, dev_id=unit)
    answer = await pymodbus.execute(False, request)
    assert isinstance(answer, ReadDeviceInformationResponse)
    assert (answer.information[0], answer.information[5]) == (vendor, model)
