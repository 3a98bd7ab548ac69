"""settings.yaml: every mistake is one line that says where and what to write instead."""

from pathlib import Path
from typing import Any, ClassVar

import pytest

from digigate.errors import SettingsError
from digigate.identity import GatewayModel
from digigate.settings import Settings, SettingsFile, Topology, TopologyFile
from digigate.settings.sections import Parity


def refusal(text: str) -> str:
    with pytest.raises(SettingsError) as caught:
        SettingsFile(Path("settings.yaml")).read(text)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "modbus_tpc: {port: 502}",
            (
                "settings.yaml: line 1: modbus_tpc: unknown field; did you mean modbus_tcp? known"
                " here: version, gateway, time, buses, polling, detection,"
                " modbus_tcp, rtu_tcp, modbus_tls, usb, snmp, policy, web, firewall, firmware"
            ),
        ),
        (
            "\n\nmodbus_tcp:\n  port: 502\n  hots: 127.0.0.1",
            (
                "settings.yaml: line 5: modbus_tcp.hots: unknown field; did you mean host? known"
                " here: host, port, connections, idle_timeout, keepalive"
            ),
        ),
        (
            "gateway: {model: M-60}",
            'settings.yaml: line 1: gateway.model: "M-60" is not allowed; write M-50 | M-70',
        ),
        (
            "modbus_tcp:\n  port: ninety",
            (
                'settings.yaml: line 2: modbus_tcp.port: "ninety" is not allowed;'
                " write a whole number, 0 .. 65535"
            ),
        ),
        (
            "modbus_tcp: {port: 65536}",
            (
                "settings.yaml: line 1: modbus_tcp.port: 65536 is not allowed;"
                " write a whole number, 0 .. 65535"
            ),
        ),
        (
            "policy: {usb: 1}",
            "settings.yaml: line 1: policy.usb: 1 is not allowed; write true | false",
        ),
        (
            "gateway: {net_id: true}",
            (
                "settings.yaml: line 1: gateway.net_id: true is not allowed;"
                " write a whole number, 0 .. 4294967295"
            ),
        ),
        (
            "buses:\n  digiware:\n    baudrate: 38000",
            (
                "settings.yaml: line 3: buses.digiware.baudrate: 38000 is not allowed; write 1200 |"
                " 2400 | 4800 | 9600 | 19200 | 38400 | 57600 | 115200 (Bd)"
            ),
        ),
        (
            "buses: {rs485: {gap: .nan}}",
            (
                "settings.yaml: line 1: buses.rs485.gap: NaN is not allowed;"
                " write a number, 0.0005 .. 1 (s), or null"
            ),
        ),
        (
            "gateway: {serial: 00000000123}",
            (
                "settings.yaml: line 1: gateway.serial: 83 is not allowed;"
                ' write 11 digits in quotes ("…")'
            ),
        ),
        (
            'gateway: {site: "a\\nb"}',
            (
                'settings.yaml: line 1: gateway.site: "a\\nb" is not allowed;'
                " write one line of at most 32 characters"
            ),
        ),
        (
            "time: {zone: Paris}",
            (
                "settings.yaml: line 1: time.zone: unknown time zone 'Paris';"
                " write an IANA name such as Europe/Paris"
            ),
        ),
        (
            "buses: {digiware: {port: ttyUSB0}}",
            (
                "settings.yaml: line 1: buses.digiware.port: 'ttyUSB0' is no port;"
                " write a device path such as /dev/ttyUSB0, or socket://host:port"
            ),
        ),
        (
            "web: {host: gateway.lan}",
            (
                "settings.yaml: line 1: web.host: 'gateway.lan' is no address;"
                " write one of this machine's, or 0.0.0.0 for all"
            ),
        ),
        (
            "web:\n  hosts:\n    - good.lan\n    - bad name",
            (
                'settings.yaml: line 4: web.hosts[1]: "bad name" is not allowed;'
                " write a list of host names"
            ),
        ),
        (
            "web: 5",
            (
                "settings.yaml: line 1: web: 5 is not allowed;"
                " write fields such as host, https_port, http_port"
            ),
        ),
        (
            "buses:\n  digiware: {port: /dev/ttyS0}\n  rs485: {port: /dev/ttyS0}",
            "settings.yaml: line 1: buses: both buses are on /dev/ttyS0; give each its own port",
        ),
        (
            "web: {http_port: 502}",
            (
                "settings.yaml: line 1: modbus_tcp.port and web.http_port are both 502;"
                " give each its own port"
            ),
        ),
        (
            "version: 2",
            "settings.yaml: was written by a newer digigate (version 2); this one reads up to 1",
        ),
        ("version: one", 'settings.yaml: line 1: version: "one" is not allowed; write 1'),
        ("a: 1\nb: 2\na: 3", "settings.yaml: line 3: a stands twice; the first is at line 1"),
        ("a: &x 1\nb: *x", "settings.yaml: line 2: aliases (*name) are not taken; write it out"),
        (
            "[1]",
            (
                "settings.yaml: line 1: must hold `name: value` lines of version, gateway, time,"
                " buses, polling, detection,"
                " modbus_tcp, rtu_tcp, modbus_tls, usb, snmp, policy, web, firewall, firmware"
            ),
        ),
        ("buses: [1\n", "settings.yaml: line 2: expected ',' or ']', but got '<stream end>'"),
        (
            "a: 1\n\tb: 2",
            "settings.yaml: line 2: found character '\\t' that cannot start any token",
        ),
        (
            "x: !!python/object:os.system y",
            (
                "settings.yaml: line 1: could not determine a constructor for the tag"
                " 'tag:yaml.org,2002:python/object:os.system'"
            ),
        ),
    ],
)
def test_a_mistake_is_one_line(text: str, line: str) -> None:
    assert refusal(text) == line


def test_every_mistake_has_its_own_line() -> None:
    lines = refusal("modbus_tcp: {port: -1, prot: 1}\ngateway: {address: 0}").splitlines()
    assert sorted(line.split(": ")[2] for line in lines) == [
        "gateway.address",
        "modbus_tcp.port",
        "modbus_tcp.prot",
    ]


@pytest.mark.parametrize("text", ["[" * 100_000, "{a: " * 20_000, "x" * (1 << 21), "a: \x00"])
def test_a_hostile_file_is_one_line(text: str) -> None:
    assert refusal(text).startswith("settings.yaml: line 1: ")
    assert "\n" not in refusal(text)


@pytest.mark.parametrize("text", ["", "# all by default\n", "version: 1", "web:\nbuses:\n  rs485:"])
def test_what_is_not_given_is_the_default(text: str) -> None:
    assert SettingsFile(Path("s")).read(text) == Settings()


def test_what_is_given_is_taken() -> None:
    settings = SettingsFile(Path("s")).read(
        "gateway: {model: M-50, site: 2026-01-01}\n"
        "buses: {digiware: {port: 'socket://10.0.0.7:4001', parity: even, gap: 0.01}}\n"
        "web: {http_port: null, https_port: 0x1bb, hosts: [gateway.lan]}\n"
    )
    assert settings.gateway.model is GatewayModel.M50
    assert settings.gateway.site == "2026-01-01"
    assert settings.buses.digiware.parity is Parity.EVEN
    assert settings.buses.digiware.silence == 0.01
    assert (settings.web.https_port, settings.web.hosts) == (443, ("gateway.lan",))


def test_two_services_may_share_a_port_on_two_addresses_or_both_take_any() -> None:
    file = SettingsFile(Path("s"))
    apart = "modbus_tcp: {host: 127.0.0.1, port: 99}\nweb: {host: 127.0.0.2, https_port: 99}"
    assert file.read(apart).web.https_port == 99
    assert file.read("modbus_tcp: {port: 0}\nweb: {https_port: 0}").modbus_tcp.port == 0
    assert "are both 99" in refusal(apart.replace("127.0.0.2", "0.0.0.0"))


def test_a_missing_file_says_what_to_copy(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"no such file; copy config/settings\.example\.yaml"):
        SettingsFile(tmp_path / "settings.yaml").load()


def test_what_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "settings.yaml"
    path.write_bytes(b"gateway: {site: \xe9}")
    with pytest.raises(SettingsError, match="not UTF-8 text"):
        SettingsFile(path).load()
    with pytest.raises(SettingsError, match="cannot be read: Is a directory"):
        SettingsFile(tmp_path).load()


def test_what_is_saved_reads_back_and_the_former_is_kept(tmp_path: Path) -> None:
    file = SettingsFile(tmp_path / "settings.yaml")
    file.save(Settings())
    before = file.path.read_bytes()
    file.path.chmod(0o600)
    text = "gateway: {serial: '00000000123', server: Été}\nweb: {http_port: 80}"
    settings = file.read(text)
    file.save(settings)
    assert file.load() == settings
    assert (tmp_path / "settings.yaml.previous").read_bytes() == before
    assert file.path.stat().st_mode & 0o777 == 0o600
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "settings.yaml",
        "settings.yaml.previous",
    ]


def test_saving_through_a_link_keeps_the_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    real, link = tmp_path / "real" / "settings.yaml", tmp_path / "settings.yaml"
    real.write_text("version: 1\n")
    link.symlink_to(real)
    SettingsFile(link).save(Settings())
    assert link.is_symlink()
    assert SettingsFile(real).load() == Settings()


def test_what_cannot_be_written_is_one_line_and_changes_nothing(tmp_path: Path) -> None:
    file = SettingsFile(tmp_path / "settings.yaml")
    file.save(Settings())
    (tmp_path / "settings.yaml.tmp").mkdir()
    with pytest.raises(SettingsError, match="cannot be written"):
        file.save(SettingsFile(tmp_path).read("web: {https_port: 1}"))
    assert file.load() == Settings()


def test_an_older_file_is_brought_up() -> None:
    def rename(data: dict[str, Any]) -> dict[str, Any]:
        return {"version": 1, "gateway": {"site": data["place"]}}

    class Migrating(SettingsFile):
        migrations: ClassVar = {0: rename}

    assert Migrating(Path("s")).read("version: 0\nplace: HALL 3").gateway.site == "HALL 3"


def test_a_missing_topology_is_an_empty_plant(tmp_path: Path) -> None:
    assert TopologyFile(tmp_path / "topology.yaml").load() == Topology()


def test_a_topology_reads_back_and_its_mistakes_name_the_device(tmp_path: Path) -> None:
    file = TopologyFile(tmp_path / "topology.yaml")
    topology = file.read(
        "devices:\n"
        "  - {address: 4, bus: digiware, model: digiware-i30, loads: [{number: 1, name: Été}]}\n"
        "  - {address: 17, bus: rs485, model: diris-b30}\n"
    )
    file.save(topology)
    assert file.load() == topology
    with pytest.raises(SettingsError) as caught:
        file.read(
            "devices:\n"
            "- {address: 4, bus: digi, model: x}\n"
            "- address: 5\n"
            "  bus: rs485\n"
            "  loads:\n"
            "  - number: 13\n"
            "- 7\n"
        )
    assert str(caught.value).splitlines() == [
        f'{file.path}: line 2: devices[0].bus: "digi" is not allowed; write digiware | rs485',
        f"{file.path}: line 3: devices[1].model: is missing; write a text",
        (
            f"{file.path}: line 6: devices[1].loads[0].number: 13 is not allowed;"
            " write a whole number, 1 .. 12"
        ),
        (
            f"{file.path}: line 7: devices[2]: 7 is not allowed;"
            " write fields such as address, bus, model"
        ),
    ]
