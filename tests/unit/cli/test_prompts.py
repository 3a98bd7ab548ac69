"""How secrets come in: typed twice, or one line from a program."""

import getpass
import io
from collections.abc import Iterator

import pytest

from digigate.cli.prompts import secret
from digigate.errors import SettingsError


def typing(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """Somebody types these and then leaves; the prompts that he saw."""
    waiting: Iterator[str] = iter(answers)
    prompts: list[str] = []

    def typed(prompt: str) -> str:
        prompts.append(prompt)
        try:
            return next(waiting)
        except StopIteration:
            raise EOFError from None

    monkeypatch.setattr(getpass, "getpass", typed)
    return prompts


def test_it_is_asked_for_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    prompts = typing(monkeypatch, "abc", "abc")
    assert secret("New password of admin", stdin=False) == "abc"
    assert prompts == ["New password of admin: ", "Once more: "]


def test_what_only_opens_is_asked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    typing(monkeypatch, "abc")
    assert secret("Passphrase", stdin=False, twice=False) == "abc"


@pytest.mark.parametrize(
    ("answers", "reason"),
    [(("abc", "abd"), "the two differ"), ((), "--stdin"), (("abc",), "--stdin")],
)
def test_a_slip_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, answers: tuple[str, ...], reason: str
) -> None:
    typing(monkeypatch, *answers)
    with pytest.raises(SettingsError, match=reason):
        secret("Passphrase", stdin=False)


def test_a_program_writes_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("a b\nmore\n"))
    assert secret("Passphrase", stdin=True) == "a b"
