"""The other doors: RTU over TCP, USB, TLS; the policy; configuring slaves through the gateway."""

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pymodbus import FramerType
from pymodbus.client import ModbusTcpClient
from pymodbus.exceptions import ModbusIOException

from digigate.services.modbus.own.orders import READERS
from digigate.services.modbus.own.sight import Moment
from digigate.services.modbus.roles import ROLE
from modbus import Site as ModbusSite
from running import eventually
from running.commissioned import (
    ABSENT,
    METER,
    OWN,
    SWITCH,
    Site,
    commissioned,
    mbpoll_rtu,
    mbpoll_rtu_writes,
)
from running.simulator import ctl

SOCO = [ord(letter) for letter in "SOCO"]
INOM = 13826  # nominal current of load 1, in A (facts §3)


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> "Authority":
    return Authority(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, pki: "Authority") -> Iterator[Site]:
    rtu_tcp = {"enabled": True, "port": 0}
    tls = {**rtu_tcp, "client_ca": str(pki.file)}
    folder = tmp_path_factory.mktemp("site")
    box = {"address": OWN, "ble": True}
    with commissioned(folder, rtu_tcp=rtu_tcp, modbus_tls=tls, gateway=box) as site:
        yield site


class Authority:
    """Issues certificates with a role, or without."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Plant authority")])
        self.file = folder / "ca.pem"
        constraint = x509.BasicConstraints(ca=True, path_length=0)
        certificate = self._builder(self._name, self._key).add_extension(constraint, critical=True)
        self._write(self.file, certificate.sign(self._key, hashes.SHA256()))

    def client(self, role: str) -> Path:
        """A key and certificate in one file."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"SCADA {role}")])
        builder = self._builder(name, key)
        if role:
            text = bytes((0x0C, len(role.encode()))) + role.encode()
            builder = builder.add_extension(x509.UnrecognizedExtension(ROLE, text), critical=False)
        file = self._folder / f"client-{role}.pem"
        self._write(file, builder.sign(self._key, hashes.SHA256()), key)
        return file

    def _builder(self, name: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
        )

    def _write(
        self,
        file: Path,
        certificate: x509.Certificate,
        key: ec.EllipticCurvePrivateKey | None = None,
    ) -> None:
        pem = certificate.public_bytes(serialization.Encoding.PEM)
        if key is not None:
            pem += key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        file.write_bytes(pem)


def test_pymodbus_asks_by_rtu_over_tcp(site: Site) -> None:
    port = site.gateway.ports()["rtu_tcp"]
    with ModbusTcpClient("127.0.0.1", port=port, framer=FramerType.RTU, timeout=3) as client:
        for unit in (OWN, 255, METER):
            answer = client.read_holding_registers(50000, count=4, device_id=unit)
            assert answer.registers == SOCO, unit
        with pytest.raises(ModbusIOException):
            client.read_holding_registers(50000, count=4, device_id=ABSENT)


@pytest.mark.peer("mbpoll")
@pytest.mark.peer("socat")
def test_mbpoll_asks_by_rtu_over_tcp_through_socat(site: Site, tmp_path: Path) -> None:
    tty = tmp_path / "tty"
    target = f"TCP:127.0.0.1:{site.gateway.ports()['rtu_tcp']}"
    with subprocess.Popen(["socat", f"PTY,link={tty},rawer", target]) as process:
        try:
            eventually(tty.exists, what="socat's tty")
            assert mbpoll_rtu(str(tty), METER, 50000, 4) == SOCO
            assert mbpoll_rtu(str(tty), ABSENT, 50000, 4) == []
        finally:
            process.terminate()


@pytest.mark.peer("mbpoll")
@pytest.mark.manual(299, 301)
def test_a_laptop_at_the_usb_port_reads_and_configures_as_over_the_network(site: Site) -> None:
    usb, tcp = site.usb.devices["laptop"], site.gateway
    for unit in (OWN, METER):
        assert mbpoll_rtu(usb, unit, 50000, 4) == SOCO
        assert tcp.mbpoll(unit, 50000, 4) == SOCO
    assert mbpoll_rtu(usb, OWN, 29440) == tcp.mbpoll(255, 29440, 1) == [OWN]
    assert "Written" in mbpoll_rtu_writes(usb, METER, 58112, 1000)
    assert "Written" in mbpoll_rtu_writes(usb, METER, INOM, 63)
    assert tcp.mbpoll(METER, INOM, 1) == [63]
    _write(site, METER, 58112, 1000)
    _write(site, METER, INOM, 40)
    assert mbpoll_rtu(usb, METER, INOM) == [40]


@pytest.mark.peer("mbpoll")
@pytest.mark.manual(257)
def test_the_policy_closes_the_usb_port(site: Site) -> None:
    usb = site.usb.devices["laptop"]
    site.change(policy={"usb": False})
    try:
        eventually(lambda: site.service("usb")["state"] == "off", what="off")
        assert "policy.usb" in site.service("usb")["reason"]
        assert mbpoll_rtu(usb, OWN, 50000) == []
    finally:
        site.change(policy={})
    assert eventually(lambda: mbpoll_rtu(usb, OWN, 50000)) == [ord("S")]


def _bluetooth(site: Site) -> str:
    """How the lamp looks."""
    return str(site.gateway.order("panel")["lamps"]["bluetooth"]["light"])


@pytest.mark.manual(258, 259)
def test_bluetooth_is_off_until_the_policy_says_otherwise(site: Site) -> None:
    assert _bluetooth(site) == "off"
    try:
        site.change(policy={"ble": True})
        eventually(lambda: _bluetooth(site) == "steady", what="the lamp lit")
    finally:
        site.change(policy={})
    eventually(lambda: _bluetooth(site) == "off", what="the lamp dark")
    paths = {field["path"] for field in site.gateway.order("settings")["fields"]}
    about = {path for path in paths if {"ble", "bluetooth"} & set(path.split("."))}
    assert about == {"gateway.ble", "policy.ble"}


@pytest.mark.peer("mbpoll")
@pytest.mark.manual(304)
def test_a_slave_is_configured_through_the_gateway(site: Site) -> None:
    _write(site, METER, 58112, 1000)
    assert "Written 1 references" in _write(site, METER, INOM, 50)
    assert site.gateway.mbpoll(METER, INOM, 1) == [50]
    assert "Illegal data address" in _write(site, METER, 50000, 1)


@pytest.mark.peer("mbpoll")
def test_inputs_and_outputs_are_bits(site: Site) -> None:
    """Input n and output n are bit n - 1; what is switched comes back from the slave."""
    ctl(site.control, "io", str(SWITCH), "on", "input=3")
    assert eventually(lambda: _bits(site, "1", 4) == [0, 0, 1, 0], what="input 3")
    assert "Written" in _write(site, SWITCH, 1, 1, kind="0")
    assert _bits(site, "0", 2) == [0, 1]
    assert "Written" in _write(site, SWITCH, 0, 1, 0, kind="0")
    assert _bits(site, "0", 2) == [1, 0]
    assert "Illegal data address" in _write(site, SWITCH, 2, 1, kind="0")
    assert "Illegal function" in _write(site, METER, 0, 1, kind="0")
    ctl(site.control, "io", str(SWITCH), "off", "input=3")


def _bits(site: Site, kind: str, count: int) -> list[int]:
    return site.gateway.mbpoll(SWITCH, 0, count, "-t", kind)


@pytest.mark.peer("mbpoll")
@pytest.mark.manual(169, 262)
def test_writing_is_forbidden_by_the_policy_for_everybody_and_at_once(site: Site) -> None:
    usb, port = site.usb.devices["laptop"], site.gateway.ports()["rtu_tcp"]
    site.change(policy={"modbus_writing": False})
    try:
        eventually(lambda: "Illegal function" in _write(site, METER, INOM, 1), what="a refusal")
        assert "Illegal function" in _write(site, 255, 57864, 1)
        assert "Illegal function" in _write(site, METER, INOM, 1, 2)
        assert "Illegal function" in mbpoll_rtu_writes(usb, METER, INOM, 1)
        with ModbusTcpClient("127.0.0.1", port=port, framer=FramerType.RTU, timeout=3) as client:
            codes = (
                client.write_register(INOM, 1, device_id=METER).exception_code,
                client.write_registers(INOM, [1], device_id=METER).exception_code,
                client.write_coil(0, True, device_id=METER).exception_code,
                client.write_coils(0, [True], device_id=METER).exception_code,
            )
        assert codes == (1, 1, 1, 1)
        assert site.gateway.mbpoll(METER, 50000, 4) == SOCO
    finally:
        site.change(policy={})
    eventually(lambda: "Written" in _write(site, 255, 57864, 1), what="writing again")


@pytest.mark.peer("mbpoll")
def test_destructive_orders_are_refused_to_everybody(site: Site) -> None:
    assert "Written" in _write(site, 255, 58112, 1000)
    for address, value in ((57856, 0xB2), (57856, 0xE5), (57872, 1), (4352, 1), (29440, 9)):
        assert "Illegal data value" in _write(site, 255, address, value), address
    assert site.gateway.mbpoll(255, 29440, 1) == [OWN]
    assert site.gateway.log.read_text().count("modbus write refused") >= 5


def test_every_order_by_register_is_a_command_that_its_profile_has(site: Site) -> None:
    found = site.gateway.get("/api/v1/commands")["commands"]
    commands = {entry["name"]: entry for entry in found}
    time = dict.fromkeys(("day", "month", "hour", "minute", "second"), 1)
    written = (
        ("action", {"action": 0xB2}),
        ("action", {"action": 0xE5}),
        ("blink", {"action": 1}),
        ("modbus-settings", {"slave_address": 9}),
        ("clock", {**time, "year": 2030}),
        *(("command", {"detect": mode}) for mode in (0, 1, 2)),
        ("command", {"identify": 4}),
        ("command", {"refresh_loads": 4}),
    )
    now = Moment(ModbusSite().sight)
    for block, values in written:
        order = READERS[block](values, now)
        entry = commands[order.command]
        assert order.profile in entry["profiles"], order
        assert set(order.arguments) <= set(entry["arguments"]["properties"]), order


@pytest.mark.peer("mbpoll")
def test_the_clock_is_set_by_registers(site: Site) -> None:
    assert "Written" in _write(site, 255, 58112, 1000)
    assert "Written" in _write(site, 255, 57600, 31, 12, 2030, 23, 50, 0)
    assert site.gateway.mbpoll(255, 57600, 5) == [31, 12, 2030, 23, 50]
    assert str(site.gateway.order("clock")["time"]).startswith("2030-12-31T23:5")


@contextmanager
def unsealed(site: Site, *options: str) -> Iterator[int]:
    """A port of this machine behind which socat speaks TLS with the gateway."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    pair = site.gateway.state / "https.pem"
    there = f"OPENSSL:localhost:{site.gateway.ports()['modbus_tls']},cafile={pair}"
    here = f"TCP-LISTEN:{port},bind=127.0.0.1,reuseaddr,fork"
    with subprocess.Popen(["socat", here, ",".join((there, *options))]) as process:
        try:
            eventually(lambda: _listens(port), what="socat")
            yield port
        finally:
            process.terminate()


def _listens(port: int) -> bool:
    with socket.create_connection(("127.0.0.1", port), timeout=5):
        return True


@pytest.mark.peer("mbpoll")
@pytest.mark.peer("socat")
@pytest.mark.parametrize(
    ("role", "answer"),
    [("Operator", "Written"), ("Guest", "Illegal function"), ("", "Illegal function")],
)
def test_inside_tls_the_role_of_the_certificate_decides_who_writes(
    site: Site, pki: Authority, role: str, answer: str
) -> None:
    with unsealed(site, f"cert={pki.client(role)}") as port:
        with ModbusTcpClient("127.0.0.1", port=port, timeout=10) as client:
            assert client.read_holding_registers(50000, count=4, device_id=METER).registers == SOCO
        assert answer in _write(site, 255, 57864, 1, port=port)


@pytest.mark.peer("mbpoll")
@pytest.mark.peer("socat")
def test_inside_tls_nobody_is_served_without_a_certificate_of_the_authority(
    site: Site, tmp_path: Path
) -> None:
    stranger = Authority(tmp_path).client("Operator")
    for options in ((), (f"cert={stranger}",)):
        with unsealed(site, *options) as port:
            assert "Written" not in _write(site, 255, 57864, 1, port=port)


def test_an_authority_that_is_missing_is_said_in_plain_words(site: Site, pki: Authority) -> None:
    missing = {"enabled": True, "port": 0}
    site.change(modbus_tls=missing)
    try:
        eventually(lambda: site.service("modbus_tls")["state"] == "refused", what="refused")
        assert "client_ca is empty" in site.service("modbus_tls")["reason"]
        site.change(modbus_tls=missing | {"client_ca": "/nowhere/ca.pem"})
        eventually(lambda: "No such file" in site.service("modbus_tls")["reason"], what="why")
    finally:
        site.change(modbus_tls=missing | {"client_ca": str(pki.file)})
    eventually(lambda: site.service("modbus_tls")["state"] == "ready", what="ready")


def test_an_authority_that_goes_later_breaks_no_change_of_other_settings(
    site: Site, pki: Authority
) -> None:
    eventually(lambda: site.service("modbus_tls")["state"] == "ready", what="ready")
    away = pki.file.rename(pki.file.with_suffix(".away"))
    try:
        site.gateway.order("settings.set", path="policy.banner", value=True)
        site.gateway.order("settings.reset", path="policy.banner")
    finally:
        away.rename(pki.file)


def _write(
    site: Site, unit: int, address: int, *values: int, port: int | None = None, kind: str = "4"
) -> str:
    """What mbpoll says to a write over TCP."""
    command = ["mbpoll", "-m", "tcp", "-p", str(port or site.gateway.ports()["modbus_tcp"])]
    command += ["-a", str(unit), "-0", "-t", kind, "-r", str(address), "-o", "5"]
    command.append("127.0.0.1")
    done = subprocess.run(
        [*command, *map(str, values)], capture_output=True, text=True, check=False, timeout=60
    )
    return done.stdout + done.stderr
