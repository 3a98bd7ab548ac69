"""The built page (`services/web/static/`, made by Vite), read once and served from memory."""

import gzip
import mimetypes
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

STATIC = Path(__file__).with_name("static")
INDEX = "index.html"
ASSETS = "assets/"  # names in there carry a hash of their content
ENCODINGS = {".br": "br", ".gz": "gzip"}  # best first
COMPRESSIBLE = ("text/", "image/svg", "application/json", "application/manifest")
WORTH = 1024  # octets from which compression pays

NOT_BUILT = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>digigate</title></head>
<body>
<h1>The page is not built yet</h1>
<p>The gateway runs and its <a href="/api/v1/gateway">API</a> answers, but the page is missing.
Stop it, type <code>make</code> in the project's folder and start it again.</p>
</body>
</html>
"""


@dataclass(frozen=True, slots=True)
class Asset:
    """One file and its compressed forms by content encoding."""

    body: bytes
    content_type: str
    immutable: bool
    encoded: dict[str, bytes] = field(default_factory=dict)

    def response(self, accepted: str) -> web.Response:
        """The file in the best form that `accepted` (Accept-Encoding) names."""
        names = {part.split(";")[0].strip() for part in accepted.split(",")}
        encoding = next((name for name in self.encoded if name in names), None)
        keep = "public, max-age=31536000, immutable" if self.immutable else "no-store"
        headers = {"Cache-Control": keep, "Vary": "Accept-Encoding"}
        if encoding:
            headers["Content-Encoding"] = encoding
        return web.Response(
            body=self.encoded[encoding] if encoding else self.body,
            headers={**headers, "Content-Type": self.content_type},
        )


@dataclass(frozen=True, slots=True)
class Site:
    """Every file of the page by its path; nothing outside the listing can be asked for."""

    assets: dict[str, Asset]

    @classmethod
    def load(cls, folder: Path = STATIC) -> "Site":
        """Read all files below `folder`; a missing one makes an empty site.

        Raises:
            OSError: a file cannot be read.
        """
        files = {
            path.relative_to(folder).as_posix(): path
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
        return cls({name: _asset(name, files) for name in files if not _is_encoded(name, files)})

    def file(self, path: str, accepted: str) -> web.Response | None:
        """The file at this path of the site; None where there is none."""
        asset = self.assets.get(path)
        return None if asset is None else asset.response(accepted)

    def index(self, accepted: str) -> web.Response:
        """The page itself, or how to build it where that has not been done."""
        asset = self.assets.get(INDEX)
        if asset is not None:
            return asset.response(accepted)
        headers = {"Cache-Control": "no-store"}
        return web.Response(text=NOT_BUILT, status=503, content_type="text/html", headers=headers)


def _is_encoded(name: str, files: dict[str, Path]) -> bool:
    stem, dot, suffix = name.rpartition(".")
    return dot + suffix in ENCODINGS and stem in files


def _asset(name: str, files: dict[str, Path]) -> Asset:
    body = files[name].read_bytes()
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    encoded = {
        encoding: files[name + suffix].read_bytes()
        for suffix, encoding in ENCODINGS.items()
        if name + suffix in files
    }
    if len(body) >= WORTH and (kind.startswith(COMPRESSIBLE) or kind.endswith("javascript")):
        encoded.setdefault("gzip", gzip.compress(body, mtime=0))
    charset = "; charset=utf-8" if kind.startswith("text/") else ""
    return Asset(body, kind + charset, name.startswith(ASSETS), encoded)
