"""The built page, read from a folder."""

import gzip
from pathlib import Path

import pytest

from digigate.services.web.pages import Site

SCRIPT = b"console.log('digigate');\n" * 100


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><title>page</title>")
    (tmp_path / "assets" / "index-1a2b.js").write_bytes(SCRIPT)
    (tmp_path / "assets" / "index-1a2b.js.br").write_bytes(b"brotli")
    (tmp_path / "favicon.svg").write_text("<svg/>")
    return tmp_path


def test_the_page_is_never_kept(folder: Path) -> None:
    response = Site.load(folder).index("gzip, br")
    assert (response.status, response.headers["Cache-Control"]) == (200, "no-store")
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert response.body == b"<!doctype html><title>page</title>"


def test_an_asset_is_kept_for_ever(folder: Path) -> None:
    response = Site.load(folder).file("assets/index-1a2b.js", "")
    assert response is not None
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["Content-Type"].startswith("text/javascript")
    assert response.body == SCRIPT
    assert "Content-Encoding" not in response.headers


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("gzip, deflate, br", "br"), ("br;q=1.0", "br"), ("gzip", "gzip"), ("deflate", None)],
)
def test_the_best_form_that_is_accepted(folder: Path, accepted: str, encoding: str | None) -> None:
    response = Site.load(folder).file("assets/index-1a2b.js", accepted)
    assert response is not None
    assert response.headers.get("Content-Encoding") == encoding
    assert response.headers["Vary"] == "Accept-Encoding"
    if encoding == "gzip":
        assert isinstance(response.body, bytes)
        assert gzip.decompress(response.body) == SCRIPT


def test_other_files_may_change(folder: Path) -> None:
    response = Site.load(folder).file("favicon.svg", "gzip")
    assert response is not None
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "path", ["../secret", "assets/../../secret", "assets", "", "assets/index-1a2b.js.br"]
)
def test_only_listed_files_exist(folder: Path, path: str) -> None:
    (folder.parent / "secret").write_text("key")
    assert Site.load(folder).file(path, "") is None


def test_without_a_build_the_page_says_how_to_make_it(tmp_path: Path) -> None:
    response = Site.load(tmp_path / "nowhere").index("")
    assert response.status == 503
    assert "<code>make</code>" in (response.text or "")
