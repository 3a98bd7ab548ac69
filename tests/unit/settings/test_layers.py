"""Settings from a file, over it what was set: where a change is written and what it may break."""

from pathlib import Path

import pytest

from digigate.errors import SettingsError
from digigate.settings import SettingsFile
from digigate.settings.by_path import changers, field_named, fields_under, value_at, value_for
from digigate.settings.layers import KeptSettings, held, pending
from digigate.settings.profiles import Profile
from digigate.settings.sections import Settings

TEXT = "gateway:\n  site: Plant 7  # as on the door\n"
NOWHERE = Path("/proc/nowhere/settings.yaml")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "own.yaml"
    path.write_text(TEXT)
    return path


@pytest.fixture
def layer(tmp_path: Path) -> Path:
    return tmp_path / "state.yaml"


def kept(file: Path | None, layer: Path, given: Settings | None = None) -> KeptSettings:
    return KeptSettings(given or (SettingsFile(file).load() if file else Settings()), file, layer)


def test_a_change_goes_to_the_users_file_and_keeps_the_former(file: Path, layer: Path) -> None:
    settings = kept(file, layer)
    assert settings.set("buses.rs485.baudrate", "9600") == file
    assert settings.current.buses.rs485.baudrate == 9600
    assert file.read_text() == TEXT + "buses:\n  rs485:\n    baudrate: 9600\n"
    assert file.with_name("own.yaml.previous").read_text() == TEXT
    assert not layer.exists()


def test_several_fields_change_in_one_write_or_none_does(file: Path, layer: Path) -> None:
    settings = kept(file, layer)
    settings.set_all({"firewall.kbits": "500", "firewall.outgoing": True})
    assert file.read_text() == TEXT + "firewall:\n  outgoing: true\n  kbits: 500\n"
    assert file.with_name("own.yaml.previous").read_text() == TEXT
    with pytest.raises(SettingsError, match="kbits"):
        settings.set_all({"firewall.outgoing": False, "firewall.kbits": 1})
    assert settings.current.firewall.outgoing


def test_without_a_file_it_goes_to_the_layer_and_comes_back_at_the_next_start(layer: Path) -> None:
    base = Settings.model_validate({"modbus_tcp": {"port": 5020}})
    settings = kept(None, layer, base)
    assert settings.set("gateway.site", "Usine") == layer
    assert layer.read_text() == "gateway:\n  site: Usine\n"
    again = kept(None, layer, base)
    assert (again.current.gateway.site, again.current.modbus_tcp.port) == ("Usine", 5020)


def test_a_file_that_may_not_be_written_gets_a_layer(layer: Path) -> None:
    settings = KeptSettings(Settings(), NOWHERE, layer)
    assert settings.set("gateway.site", "Usine") == layer
    assert settings.current.gateway.site == "Usine"


def test_once_there_is_a_layer_it_gets_every_change(file: Path, layer: Path) -> None:
    layer.write_text("gateway:\n  site: Upper\n")
    settings = kept(file, layer)
    assert settings.current.gateway.site == "Upper"
    assert settings.set("gateway.site", "Higher") == layer
    assert file.read_text() == TEXT


def test_a_reset_uncovers_what_lies_under_it(file: Path, layer: Path) -> None:
    layer.write_text("gateway:\n  site: Upper\n")
    settings = kept(file, layer)
    assert settings.reset("gateway.site") == layer
    assert settings.current.gateway.site == "Plant 7"
    assert settings.reset("gateway.site") == file
    assert settings.current.gateway.site == "SITE"
    assert settings.reset("gateway.site") is None
    assert settings.reset("buses") is None


def test_a_section_is_reset_whole(layer: Path) -> None:
    settings = kept(None, layer)
    settings.set("buses.rs485.baudrate", 9600)
    settings.set("buses.rs485.parity", "even")
    settings.reset("buses.rs485")
    assert settings.current == Settings()


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (
            "buses.rs485.baudrate",
            "9601",
            r"line 5: buses.rs485.baudrate: \"9601\" is not allowed; write 1200 \| 2400",
        ),
        ("gateway.address", "300", r"gateway.address: 300 is not allowed; write a whole number"),
        ("gateway.site", "x" * 40, r"gateway.site: .* is not allowed; write one line of at most"),
        ("time.zone", "Europe/Atlantis", "unknown time zone 'Europe/Atlantis'"),
        ("web.https_port", "502", "modbus_tcp.port and web.https_port are both 502"),
        ("buses.rs458.baudrate", "9600", "no setting .*; did you mean buses.rs485.baudrate"),
        ("buses.rs485", "9600", "is a section; name one of its fields: buses.rs485.port, "),
        ("version", "2", "there is no setting 'version'"),
    ],
)
def test_what_is_not_allowed_says_what_is(
    file: Path, layer: Path, path: str, value: str, said: str
) -> None:
    settings = kept(file, layer)
    with pytest.raises(SettingsError, match=said):
        settings.set(path, value)
    assert (file.read_text(), layer.exists()) == (TEXT, False)
    assert settings.current.gateway.site == "Plant 7"


def test_what_would_break_something_is_refused(file: Path, layer: Path) -> None:
    settings = kept(file, layer)

    def slow(_: Settings, wanted: Settings) -> None:
        if wanted.buses.rs485.baudrate < 38400:
            raise SettingsError("12 devices on RS485 at 9600 Bd")

    settings.check = slow
    with pytest.raises(SettingsError, match="12 devices"):
        settings.set("buses.rs485.baudrate", 9600)
    file.write_text("buses: {rs485: {baudrate: 9600}}\n")
    with pytest.raises(SettingsError, match="12 devices"):
        settings.reload()
    assert settings.current.buses.rs485.baudrate == 38400


def test_a_reload_reads_both_files(file: Path, layer: Path) -> None:
    settings = kept(file, layer)
    file.write_text("gateway: {site: Below, server: far}\n")
    layer.write_text("gateway: {site: Above}\n")
    settings.reload()
    assert (settings.current.gateway.site, settings.current.gateway.server) == ("Above", "far")
    layer.write_text("gateway: {site: 3}\n")
    with pytest.raises(SettingsError, match=r"state.yaml: line 1: gateway.site: 3 is not allowed"):
        settings.reload()
    assert settings.current.gateway.site == "Above"


@pytest.mark.parametrize(
    ("path", "typed", "meant"),
    [
        ("gateway.serial", "00123456701", "00123456701"),
        ("gateway.net_id", "0x4D700001", 0x4D700001),
        ("buses.rs485.baudrate", "57600", 57600),
        ("buses.rs485.parity", "even", "even"),
        ("buses.rs485.gap", "null", None),
        ("buses.rs485.gap", "0.01", 0.01),
        ("policy.usb", "off", False),
        ("web.http_port", "null", None),
        ("web.hosts", "a.example, b.example", ["a.example", "b.example"]),
        ("web.hosts", "[a.example]", ["a.example"]),
        ("web.hosts", "", []),
        ("web.hosts", ["as", "json"], ["as", "json"]),
        ("policy.usb", False, False),
    ],
)
def test_what_is_typed_is_taken_as_what_the_field_holds(
    path: str, typed: object, meant: object
) -> None:
    assert value_for(field_named(path), typed) == meant


def test_fields_are_listed_by_section_or_alone() -> None:
    assert [field.path for field in fields_under("usb")] == [
        "usb.port",
        "usb.baudrate",
    ]
    assert [field.path for field in fields_under("policy.usb")] == ["policy.usb"]
    assert len(fields_under()) > 40
    assert value_at(Settings(), "buses.rs485.role") == "master"


def test_who_may_change_a_field_is_who_it_names_and_above() -> None:
    assert changers(field_named("gateway.site")) == {Profile.ADMIN, Profile.CYBER}
    assert changers(field_named("policy.usb")) == {Profile.CYBER}


def test_what_takes_a_restart_waits_for_it() -> None:
    started = Settings()
    wanted = Settings.model_validate({"gateway": {"model": "M-50", "site": "Now"}})
    now = held(wanted, started)
    assert (now.gateway.model, now.gateway.site) == ("M-70", "Now")
    assert pending(wanted, started) == ("gateway.model",)
    assert pending(now, started) == ()
