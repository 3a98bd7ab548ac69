"""What was published about the real box (firmware 1.6.9): each by its number, on this gateway.

One gateway stands for all of them, its doors open as the real one had them: Modbus TCP, Modbus
RTU over TCP, HTTPS.
"""

import random
import socket
import struct
from collections.abc import Iterator

import pytest
from pymodbus import FramerType
from pymodbus.client import ModbusTcpClient

from running.api import ApiUser
from running.commissioned import METER, OWN, Site, commissioned
from running.gateway import PASSWORD

SOCO = [ord(letter) for letter in "SOCO"]
ILLEGAL_VALUE = 3
LOCK, ACTION, ADDRESS, ADDRESSING, USB = 58112, 57856, 29440, 4352, 57872
UNLOCK, SAVE, FACTORY_RESET = 1000, 161, 229
DOORS = {"modbus_tcp": FramerType.SOCKET, "rtu_tcp": FramerType.RTU}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    sections = {
        "rtu_tcp": {"enabled": True, "port": 0},
        "firewall": {"requests": 20_000, "kbits": 1_000_000},
    }
    with commissioned(tmp_path_factory.mktemp("site"), **sections) as site:
        site.gateway.own_passwords()
        yield site


@pytest.fixture(autouse=True)
def unharmed(site: Site) -> Iterator[None]:
    """Whatever a test did: the same process serves everybody as before."""
    yield
    assert site.gateway.process.poll() is None
    for door in DOORS:
        with client(site, door) as asking:
            for unit in (OWN, METER):
                answer = asking.read_holding_registers(50000, count=4, device_id=unit)
                assert answer.registers == SOCO, (door, unit)
            own = asking.read_holding_registers(ADDRESS, count=1, device_id=OWN)
            assert own.registers == [OWN]
    assert site.gateway.get("/api/v1/gateway")["model"]


def client(site: Site, door: str) -> ModbusTcpClient:
    """A Modbus master at one of the doors."""
    port = site.gateway.ports()[door]
    return ModbusTcpClient("127.0.0.1", port=port, framer=DOORS[door], timeout=20)


def written(site: Site, door: str, *registers: tuple[int, int]) -> list[int]:
    """The exception codes of writes by one client, one after the other; 0 where it is written."""
    with client(site, door) as asking:
        answers = [asking.write_register(*each, device_id=OWN) for each in registers]
        return [answer.exception_code if answer.isError() else 0 for answer in answers]


@pytest.mark.parametrize("door", DOORS)
def test_cve_2024_49572_and_cve_2025_20085_no_write_resets_the_passwords(
    site: Site, door: str
) -> None:
    """229 to register 57856 set the factory's passwords, without any right to."""
    assert written(site, door, (ACTION, FACTORY_RESET)) == [ILLEGAL_VALUE]
    assert written(site, door, (LOCK, UNLOCK), (ACTION, FACTORY_RESET)) == [0, ILLEGAL_VALUE]
    assert ApiUser(site.gateway).log_in("cyber", "Cyber")[0] != 200
    assert ApiUser(site.gateway).log_in("cyber", PASSWORD)[0] == 200


@pytest.mark.parametrize("door", DOORS)
def test_cve_2025_54850_no_sequence_of_writes_moves_the_gateway(site: Site, door: str) -> None:
    """Unlock, new address, save: afterwards nobody reached the box any more."""
    moves = ((LOCK, UNLOCK), (ADDRESS, OWN + 1), (ACTION, SAVE))
    assert written(site, door, *moves)[:2] == [0, ILLEGAL_VALUE]


@pytest.mark.parametrize("door", DOORS)
def test_cve_2025_54849_no_single_write_moves_the_gateway(site: Site, door: str) -> None:
    """1 to register 4352 gave it the address 15."""
    assert written(site, door, (ADDRESSING, 1)) == [ILLEGAL_VALUE]
    assert written(site, door, (LOCK, UNLOCK), (ADDRESSING, 1)) == [0, ILLEGAL_VALUE]


@pytest.mark.parametrize(
    ("number", "door"), [("CVE-2025-55221", "modbus_tcp"), ("CVE-2025-55222", "rtu_tcp")]
)
def test_cve_2025_55221_and_55222_the_usb_function_is_not_for_clients(
    site: Site, number: str, door: str
) -> None:
    """A low byte of 1 or 4 in register 57872 hung the box until its supply was cut."""
    for value in (0x0001, 0x0004, 0x0101, 0xFF04):
        assert written(site, door, (LOCK, UNLOCK), (USB, value)) == [0, ILLEGAL_VALUE], number
    assert site.service("usb")["state"] == "ready"


def test_cve_2024_48894_nothing_is_told_in_the_clear(site: Site) -> None:
    """Passwords and sessions crossed the network as plain HTTP."""
    port = site.gateway.ports()["https"]
    with socket.create_connection(("127.0.0.1", port), timeout=20) as plain:
        plain.sendall(b"GET /api/v1/gateway HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b"200" not in heard(plain)[:16]
    plain_ports = {name for name in site.gateway.ports() if name.startswith("http")} - {"https"}
    assert plain_ports <= {"http"}  # it leads to HTTPS and does nothing else


def test_cve_2024_53684_no_foreign_page_acts_for_who_is_logged_in(site: Site) -> None:
    """A page on another site could order with the session of its visitor."""
    officer = ApiUser(site.gateway)
    assert officer.log_in("cyber", PASSWORD)[0] == 200
    wish = {"path": "policy.banner", "value": "true"}
    forged: tuple[dict[str, str], ...] = (
        {"X-CSRF-Token": ""},
        {"X-CSRF-Token": "guessed"},
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Content-Type": "text/plain"},
    )
    for headers in forged:
        status, _ = officer.posts("/api/v1/commands/settings.set", wish, **headers)
        assert status in {403, 415}, headers
    assert not banner(site)


def banner(site: Site) -> bool:
    """Whether the forged order went through."""
    fields = site.gateway.order("settings", path="policy.banner")["fields"]
    return bool(fields[0]["value"])


def heard(connection: socket.socket) -> bytes:
    """What comes until the gateway hangs up or is silent."""
    told = b""
    connection.settimeout(5)
    try:
        while data := connection.recv(4096):
            told += data
    except OSError:
        return told
    return told


def frame(pdu: bytes, length: int | None = None, protocol: int = 0) -> bytes:
    """An MBAP frame that may lie about its length and protocol."""
    return struct.pack(">HHHB", 7, protocol, len(pdu) + 1 if length is None else length, OWN) + pdu


def throw(site: Site, door: str, thrown: bytes) -> None:
    """Send this and leave; the gateway may hang up first."""
    port = site.gateway.ports()[door]
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        try:
            connection.sendall(thrown)
        except OSError:
            return


def test_cve_2025_26858_no_length_overflows_a_buffer(site: Site) -> None:
    """Modbus TCP frames longer than the box believed."""
    counts = (0, 1, 124, 126, 255)
    lies = [frame(struct.pack(">BHHB", 16, ADDRESS, n, 2 * n & 0xFF) + b"A" * 600) for n in counts]
    lies += [frame(b"\x03\xc3\x50\x00\x04", length=n) for n in (0, 1, 2, 255, 256, 0x7FFF, 0xFFFF)]
    lies += [frame(struct.pack(">BHH", 3, 0xFFFF, n)) for n in (0, 125, 126, 2000, 0xFFFF)]
    lies += [frame(b"\x17" + b"\xff" * 251), frame(b"\x2b\x0e" + b"\xff" * 250), b"\xff" * 70_000]
    for lie in lies:
        throw(site, "modbus_tcp", lie)


@pytest.mark.parametrize(
    ("number", "door"), [("CVE-2024-48882", "modbus_tcp"), ("CVE-2025-23417", "rtu_tcp")]
)
def test_cve_2024_48882_and_cve_2025_23417_no_packet_stops_the_service(
    site: Site, number: str, door: str
) -> None:
    """One crafted packet ended the service until the box was started anew."""
    dice = random.Random(number)
    for _ in range(60):
        pdu = bytes((dice.choice((3, 4, 6, 16, 23, 43, dice.randrange(256))),))
        pdu += dice.randbytes(dice.randrange(12))
        honest = frame(pdu) if door == "modbus_tcp" else bytes((OWN,)) + pdu + dice.randbytes(2)
        throw(
            site,
            door,
            honest[: dice.randrange(1, len(honest) + 1)] if dice.random() < 0.3 else honest,
        )
