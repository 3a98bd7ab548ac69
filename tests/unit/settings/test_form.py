"""Forms, documents and error texts come from one description of the settings."""

import json
import re
from pathlib import Path

import pytest
import yaml

from digigate.settings import Settings, SettingsFile, TopologyFile
from digigate.settings.form import FieldKind, dotted, field_at, fields, section_at
from digigate.settings.pages import settings_page, settings_schema
from digigate.settings.profiles import Profile
from digigate.settings.sections import FirewallRule, Rs485, Web
from digigate.settings.topology import Device, Load, RemoteGateway, Topology
from digigate.translations import words

ROOT = Path(__file__).resolve().parents[3]
EVERY = {field.path: field for field in fields()}


def test_every_field_of_the_tree_is_a_form_field() -> None:
    def leaves(value: object, path: str) -> set[str]:
        if not isinstance(value, dict):
            return {path}
        return {
            leaf
            for name, part in value.items()
            for leaf in leaves(part, f"{path}.{name}" if path else name)
        }

    assert set(EVERY) | {"version"} == leaves(Settings().model_dump(mode="json"), "")


@pytest.mark.parametrize(
    ("path", "kind", "allowed"),
    [
        ("gateway.model", FieldKind.CHOICE, "M-50 | M-70"),
        ("gateway.ble", FieldKind.BOOLEAN, "true | false"),
        ("gateway.net_id", FieldKind.INTEGER, "a whole number, 0 .. 4294967295"),
        ("gateway.site", FieldKind.TEXT, "one line of at most 32 characters"),
        ("buses.rs485.stop_bits", FieldKind.CHOICE, "1 | 2"),
        ("buses.rs485.gap", FieldKind.NUMBER, "a number, 0.0005 .. 1 (s), or null"),
        ("web.http_port", FieldKind.INTEGER, "a whole number, 0 .. 65535, or null"),
        ("web.hosts", FieldKind.LIST, "a list of host names"),
        ("firewall.kbits", FieldKind.INTEGER, "a whole number, 16 .. 1000000 (kbit/s)"),
    ],
)
def test_a_form_field_says_what_may_be_written(path: str, kind: FieldKind, allowed: str) -> None:
    assert (EVERY[path].kind, EVERY[path].allowed()) == (kind, allowed)


def test_a_form_field_carries_rights_and_default() -> None:
    field = EVERY["gateway.model"]
    assert (field.access.change, field.access.reboot) == (Profile.CYBER, True)
    assert (field.default, field.required) == ("M-70", False)
    assert EVERY["web.hosts"].default == []
    assert EVERY["buses.digiware.port"].label == EVERY["buses.rs485.port"].label


def test_a_place_names_a_field_or_a_section() -> None:
    assert dotted(("devices", 3, "loads", 0, "name")) == "devices[3].loads[0].name"
    field = field_at(Topology, ("devices", 3, "loads", 0, "number"))
    assert field is not None
    assert (field.path, field.high) == ("devices[3].loads[0].number", 12)
    listing = field_at(Topology, ("devices",))
    assert listing is not None
    assert listing.kind is FieldKind.LIST
    assert field_at(Topology, ("devices", 3)) is None
    assert field_at(Settings, ("web", "nothing")) is None
    assert field_at(Settings, ("web", "port", "deeper")) is None
    assert section_at(Topology, ("devices", 3)) is Device
    assert section_at(Settings, ("web",)) is Web
    assert section_at(Settings, ("buses", "rs485")) is Rs485
    assert section_at(Settings, ("nothing",)) is None


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_field_has_a_label_and_a_help_in_both_languages(language: str) -> None:
    said = words(language)
    for field in (*fields(), *fields(Device), *fields(Load), *fields(FirewallRule)):
        assert said[field.label].strip()
        assert said[f"{field.label}.help"].strip()
    listed = (Device, Load, RemoteGateway, FirewallRule)
    labels = {f.label for section in (Settings, *listed) for f in fields(section)}
    spoken = {key.removesuffix(".help") for key in said if re.match(r"setting\..*\.help$", key)}
    assert spoken == labels, "a label is left over from a field that is gone"


def test_the_documents_are_up_to_date() -> None:
    assert (ROOT / "docs" / "settings.md").read_text(encoding="utf-8") == settings_page()
    schema = ROOT / "config" / "settings.schema.json"
    assert schema.read_text(encoding="utf-8") == settings_schema()


def test_the_document_names_every_field() -> None:
    page = settings_page()
    assert page.startswith("<!-- generated")
    for field in EVERY.values():
        assert f"| `{field.path.rpartition('.')[2]}` |" in page


def test_the_schema_describes_each_field_where_it_stands() -> None:
    schema = json.loads(settings_schema())
    port = schema["$defs"]["ModbusTcp"]["properties"]["port"]
    assert (port["title"], port["maximum"], port["default"]) == ("Port", 65535, 502)
    assert schema["$defs"]["Line"]["properties"]["baudrate"]["title"] == "Baud rate"


def test_the_example_is_true() -> None:
    path = ROOT / "config" / "settings.example.yaml"
    settings = SettingsFile(path).load()
    assert settings.buses.digiware.port == "/dev/ttyUSB0"
    shown = settings.model_dump(mode="json", exclude_unset=True)
    defaults = Settings().model_dump(mode="json")
    for section in ("modbus_tcp", "web", "firewall", "polling", "gateway"):
        for name, value in shown[section].items():
            assert value == defaults[section][name], f"{section}.{name} is not the default"


def test_the_topology_s_example_is_true() -> None:
    topology = TopologyFile(ROOT / "config" / "topology.example.yaml").load()
    assert {device.bus for device in topology.devices} == {"digiware", "rs485"}


def test_what_the_example_leaves_out_is_true_too() -> None:
    text = (ROOT / "config" / "settings.example.yaml").read_text(encoding="utf-8")
    opened = re.sub(r"^(\s+)# (\w+: )", r"\1\2", text, flags=re.MULTILINE)
    assert len(yaml.safe_load(opened)["web"]) == 5
    settings = SettingsFile(Path("opened.yaml")).read(opened)
    assert (settings.web.http_port, settings.buses.rs485.echo) == (80, True)
