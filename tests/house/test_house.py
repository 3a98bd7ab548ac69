"""The laws of the house: sizes, generated files, languages."""

import ast
import json
import re
from pathlib import Path

import pytest

from house.generate import CHECKLIST, documents, faults, marks, missing

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "src" / "digigate").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
PAGES = [
    path
    for path in sorted((ROOT / "src" / "webui").rglob("*.ts*"))
    if "node_modules" not in path.parts
]
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager"}
TRANSLATIONS = ROOT / "src" / "digigate" / "translations"


def test_no_file_is_longer_than_600_lines() -> None:
    lengths = {path: len(path.read_text().splitlines()) for path in (*SOURCES, *TESTS, *PAGES)}
    assert {str(path): n for path, n in lengths.items() if n > 600} == {}


def test_functions_are_short() -> None:
    lengths = sorted(
        node.end_lineno - node.lineno + 1
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno
    )
    assert lengths[len(lengths) // 2] <= 12
    assert lengths[int(len(lengths) * 0.95)] <= 45


def test_no_room_is_a_grab_bag() -> None:
    assert [str(p) for p in (*SOURCES, *TESTS) if p.stem in FORBIDDEN_NAMES] == []


def test_both_languages_have_the_same_keys() -> None:
    english, french = (
        json.loads((TRANSLATIONS / f"{language}.json").read_text()) for language in ("en", "fr")
    )
    assert set(english) == set(french)
    assert [key for key in english if not english[key].strip() or not french[key].strip()] == []


@pytest.mark.parametrize(
    ("path", "text"), documents().items(), ids=lambda v: getattr(v, "name", "")
)
def test_generated_files_are_up_to_date(path: Path, text: str) -> None:
    assert path.read_text(encoding="utf-8") == text, "run `make docs`"


def test_marks_name_rows_of_the_checklist() -> None:
    rows = {int(line.split(",", 1)[0]) for line in CHECKLIST.read_text().splitlines()[1:]}
    assert set(marks()) <= rows


def test_demands_of_security_standards_name_their_tests_or_reasons() -> None:
    assert list(faults()) == []


def test_threats_name_tests_that_exist() -> None:
    model = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
    named = re.findall(r"`(\S+\.py::\S+)`", model)
    assert named
    assert list(missing(named)) == []


def test_lock_files_name_no_host() -> None:
    for lock in (*ROOT.glob("*.lock"), ROOT / "src" / "webui" / "package-lock.json"):
        text = lock.read_text()
        assert not [sign for sign in ("://", "--index", "--find-links") if sign in text], lock
