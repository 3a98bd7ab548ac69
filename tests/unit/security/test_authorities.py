"""Authorities that were added: taken, listed, removed, and when they end."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digigate.clock import Clock
from digigate.conditions import Conditions
from digigate.errors import SettingsError
from digigate.security.authorities import MOST, STORE, Authorities
from digigate.state import StateDirectory
from pki import Maker

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MAKER = Maker(NOW)
DAY = timedelta(days=1)


@pytest.fixture
def clock() -> Clock:
    return Clock(started=NOW, monotonic=lambda: 0.0)


@pytest.fixture
def store(state: StateDirectory, clock: Clock) -> Authorities:
    return Authorities(state, clock)


def test_an_authority_is_added_once_and_removed(store: Authorities) -> None:
    root, other = MAKER.root(), MAKER.root("Other Root")
    store.add(root.pem + other.pem)
    store.add(root.pem)
    assert [each.name for each in store.uploaded()] == ["CN=Plant Root", "CN=Other Root"]
    store.remove(store.uploaded()[0].fingerprint[:16].upper())
    assert [each.name for each in store.uploaded()] == ["CN=Other Root"]
    with pytest.raises(SettingsError, match="has the fingerprint"):
        store.remove("00000000")


@pytest.mark.manual(280)
def test_text_around_the_base64_does_not_matter(store: Authorities) -> None:
    store.add("subject=CN = Plant Root\n" + MAKER.root().pem.replace("\n", "\r\n") + "\n\n")
    assert len(store.uploaded()) == 1


@pytest.mark.parametrize(
    ("text", "told"),
    [("nonsense", "no PEM file"), ("-----BEGIN CERTIFICATE-----\n!!\n", "cannot be read")],
)
def test_what_is_no_authority_is_refused(store: Authorities, text: str, told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        store.add(text)
    assert store.uploaded() == ()


def test_a_servers_certificate_names_whom_to_add_instead(store: Authorities) -> None:
    with pytest.raises(SettingsError, match=r"not of an authority: upload its issuer \(CN=Plant"):
        store.add(MAKER.make(issuer=MAKER.root()).pem)


def test_one_that_signs_itself_is_no_authority_for_that(store: Authorities) -> None:
    with pytest.raises(SettingsError, match="signs itself but is no authority"):
        store.add(MAKER.make().pem)


def test_one_that_has_ended_is_refused(store: Authorities) -> None:
    old = MAKER.make("Old Root", authority=True, begins=-30 * DAY, lasts=DAY)
    with pytest.raises(SettingsError, match="CN=Old Root has ended"):
        store.add(old.pem)


def test_there_is_an_end_to_adding(store: Authorities) -> None:
    key = MAKER.root().key
    roots = [MAKER.make(f"Root {n}", authority=True, key=key).pem for n in range(MOST + 1)]
    with pytest.raises(SettingsError, match="at most 32"):
        store.add("".join(roots))
    store.add("".join(roots[:MOST]))
    assert len(store.uploaded()) == MOST


def test_a_damaged_store_is_set_aside(store: Authorities, state: StateDirectory) -> None:
    store.add(MAKER.root().pem)
    state.file(STORE).write_bytes(b"-----BEGIN CERTIFICATE-----\n!")
    assert store.uploaded() == ()
    assert state.file(STORE + ".broken").exists()
    store.context()


def test_a_judgement_made_again_tells_nothing_new(store: Authorities, clock: Clock) -> None:
    store.add(MAKER.root().pem)
    clock.step(90 * DAY)
    conditions, told = Conditions(clock), []
    with conditions.watch(lambda c, active: told.append((c.name, active))):
        store.judge(conditions)
        store.judge(conditions)
    assert told == [("authority.expired", True)]


def test_the_end_of_an_authority_is_told(
    state: StateDirectory, store: Authorities, clock: Clock
) -> None:
    store.add(MAKER.root().pem)
    conditions, told = Conditions(clock), []
    for days in (58, 60, 90):
        clock.step(days * DAY - (clock.now() - NOW))
        store.judge(conditions)
        told.append([(c.name, c.subject) for c in conditions.active()])
    name = "CN=Plant Root"
    assert told == [[], [("authority.expiring", name)], [("authority.expired", name)]]
    state.remove(STORE)
    store.judge(conditions)
    assert conditions.active() == ()


def test_the_roots_of_the_system_are_listed_and_believed(
    store: Authorities, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "roots.pem"
    file.write_text(MAKER.root("Public Root").pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    assert [(each.name, each.uploaded) for each in store.system()] == [("CN=Public Root", False)]
    store.add(MAKER.root().pem)
    assert len(store.context().get_ca_certs()) == 2


def test_a_machine_without_roots_has_none(
    store: Authorities, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    assert store.system() == ()
