"""Annexe I-6 as settings."""

from pathlib import Path

import pytest

from digigate.errors import SettingsError
from digigate.security.safe import SettingsSafe
from digigate.security.vault import Vault
from digigate.settings.layers import KeptSettings
from digigate.settings.sections import Settings
from digigate.state import StateDirectory


@pytest.fixture
def kept(state: StateDirectory) -> KeptSettings:
    return KeptSettings(Settings(), None, state.file("settings.yaml"), SettingsSafe(Vault(state)))


def test_a_new_gateway_has_the_factorys_values() -> None:
    snmp = Settings().snmp
    assert (snmp.port, snmp.traps.port_1, snmp.traps.port_2) == (161, 162, 162)
    assert (snmp.v1_read, snmp.v1_write) == ("public", "private")
    assert (snmp.v2_read, snmp.v2_write) == ("publicV2", "privateV2")


@pytest.mark.manual(196)
@pytest.mark.parametrize("path", ["snmp.v3_read_password", "snmp.v3_write_password"])
def test_a_password_has_8_to_16_characters(kept: KeptSettings, path: str) -> None:
    for wrong in ("1234567", "12345678901234567", 12345678):
        with pytest.raises(SettingsError, match=r"write a secret of 8 to 16 characters"):
            kept.set(path, wrong)
    for right in ("12345678", "1234567890123456"):
        kept.set(path, right)
    kept.set(path, "")


@pytest.mark.parametrize(
    ("path", "value"),
    [("snmp.v1_write", "public"), ("snmp.v2_read", "privateV2"), ("snmp.v3_read_user", "writer")],
)
def test_who_reads_does_not_write(kept: KeptSettings, path: str, value: str) -> None:
    with pytest.raises(SettingsError, match="give one another"):
        kept.set(path, value)


def test_a_community_may_be_nobodys(kept: KeptSettings, tmp_path: Path) -> None:
    for path in ("snmp.v1_read", "snmp.v1_write"):
        kept.set(path, "")
    assert kept.current.snmp.v1_read == kept.current.snmp.v1_write == ""
    with pytest.raises(SettingsError, match="without blanks"):
        kept.set("snmp.v1_read", "two words")
