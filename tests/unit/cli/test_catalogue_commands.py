"""`digigate catalogue` says what is known."""

import pytest

from digigate.catalogue import Catalogue
from digigate.cli import main

CATALOGUE = Catalogue.load()


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    assert main(["catalogue", *arguments]) == 0
    return capsys.readouterr().out.splitlines()


def test_the_list_goes_by_the_manuals_groups(capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(capsys, "list")
    titles = [line for line in lines if not line.startswith(" ")]
    assert titles == [
        "Gateways:", "DIRIS B:", "DIRIS Digiware:", "COUNTIS:", "DIRIS A:", "Switches:",
        "Old DIRIS A:",
    ]  # fmt: skip
    assert len(lines) - len(titles) == len(CATALOGUE.models)


def test_a_group_by_its_printed_names(capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(capsys, "list", "--library", "--group", "diris-b")
    assert [line.rpartition("  ")[0].strip() for line in lines[1:]] == [
        "B-10", "B-30 RF", "B-30 RS485",
    ]  # fmt: skip


def test_the_list_can_be_narrowed(capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(capsys, "list", "--capability", "trends", "--certainty", "official")
    assert [line.split()[0] for line in lines] == ["DIRIS", "diris-b30-rf", "diris-b30"]


def test_a_model_shows_what_it_can(capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(capsys, "show", "digiware-io10")
    assert "the manual's list: DIRIS Digiware, IO-10" in lines
    assert "logic inputs: 4, bits of logical-input.inputs_active_mask" in lines
    assert any(line.startswith("logic outputs: 2, ") for line in lines)
    assert any(line.startswith("records: consumption") for line in lines)


def test_registers_tell_their_access_and_lock(capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(capsys, "show", "countis-e44")
    clock = next(line for line in lines if "clock.day" in line)
    assert clock.split()[:6] == ["57600", "1", "U8", "-/W@USER", "locked", "clock.day"]
    assert "[E44]" in clock


def test_an_unknown_model_is_refused_with_those_known(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["catalogue", "show", "diris-z9"]) == 1
    assert "no model 'diris-z9'; known: atys-c55" in capsys.readouterr().err
