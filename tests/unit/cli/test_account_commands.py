"""`digigate accounts …` for the owner of a gateway that is stopped."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from digigate.cli import main
from digigate.state import StateDirectory

GOOD = "Ab3$efghij"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs one `digigate accounts` command on a state directory; code, output and errors."""

    def run(*words: str, typed: str = "", state: Path = tmp_path) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        code = main(["accounts", *words, "--state", str(state)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_a_password_is_given_and_kept(run: Run, tmp_path: Path) -> None:
    assert run("password", "cyber", "--stdin", typed=GOOD + "\n")[:2] == (0, "done\n")
    _, table, _ = run("list")
    states = {line.split()[0]: line for line in table.splitlines()}
    assert "factory's password" in states["admin"]
    assert "open" in states["cyber"]
    assert "disabled" in states["totem"]
    everything = "".join(f.read_text() for f in tmp_path.iterdir() if f.is_file())
    assert GOOD not in everything


def test_a_password_that_breaks_the_rule_is_refused(run: Run) -> None:
    code, _, said = run("password", "cyber", "--stdin", typed="short\n")
    assert (code, "at least 10 characters" in said) == (1, True)


def test_the_rule_is_that_of_the_policy(run: Run, tmp_path: Path) -> None:
    (tmp_path / "settings.yaml").write_text("version: 1\npolicy:\n  password_rule: nist\n")
    code, _, said = run("password", "cyber", "--stdin", typed=GOOD + "\n")
    assert (code, "at least 15 characters" in said) == (1, True), said
    assert run("password", "cyber", "--stdin", typed="three words of mine\n")[0] == 0


def test_totem_is_opened_and_shut(run: Run) -> None:
    for verb, state in (("enable", "factory's password"), ("disable", "disabled")):
        assert run(verb, "totem")[0] == 0
        assert any(line.split()[0] == "totem" and state in line for line in table_of(run))
    assert run("disable", "admin")[0] == 1


def table_of(run: Run) -> list[str]:
    return run("list")[1].splitlines()


def test_a_lock_is_no_more(run: Run) -> None:
    assert run("unlock", "admin")[0] == 0


def test_a_passphrase_is_shown_once(run: Run) -> None:
    _, shown, _ = run("passphrase")
    assert len(shown.strip().replace("-", "")) == 26
    assert "a passphrase is set" in run("list")[1]


def test_a_token_is_made_and_revoked(run: Run, tmp_path: Path) -> None:
    code, secret, _ = run("tokens", "add", "scada", "--profile", "admin", "--read-only")
    assert (code, secret.startswith("digigate_")) == (0, True)
    assert secret.strip() not in (tmp_path / "tokens.json").read_text()
    assert "admin, read-only" in run("tokens", "list")[1]
    kept = json.loads((tmp_path / "tokens.json").read_text())["tokens"][0]["id"]
    assert run("tokens", "revoke", kept)[1] == "scada opens nothing any more\n"
    assert "scada" not in run("tokens", "list")[1]


def test_what_the_owner_did_is_written_down(run: Run, tmp_path: Path) -> None:
    run("password", "cyber", "--stdin", typed=GOOD + "\n")
    (audit,) = tmp_path.glob("audit-*.jsonl")
    line = json.loads(audit.read_text().splitlines()[0])
    assert (line["who"], line["what"], line["outcome"]) == ("owner", "accounts.password", "done")


def test_a_gateway_that_hides_its_socket_is_left_alone(run: Run, tmp_path: Path) -> None:
    with StateDirectory(tmp_path):
        code, _, said = run("password", "cyber", "--stdin", typed=GOOD + "\n")
    assert code == 1
    assert "another digigate" in said
    assert not (tmp_path / "accounts.json").exists()


def test_a_state_directory_that_is_none_is_not_made(run: Run, tmp_path: Path) -> None:
    code, _, said = run("list", state=tmp_path / "typo")
    assert (code, "no state directory" in said) == (1, True)
    assert not (tmp_path / "typo").exists()
