"""Make a release out of wheels: the maker's side."""

import hashlib
import re
import zipfile
from datetime import UTC, datetime
from email.parser import HeaderParser
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import ValidationError

from digigate.errors import SettingsError
from digigate.firmware import container
from digigate.firmware.manifest import PRODUCT, File, Manifest
from digigate.firmware.wheels import Wheel

_PYTHON = re.compile(r">=\s*(3\.[0-9]{1,2})")


def build(
    wheels: list[Path], key: Ed25519PrivateKey, out: Path, *, minimum: str = "0.0.0"
) -> Manifest:
    """Write the image of these wheels, one of which is the program itself.

    Raises:
        SettingsError: they make no release; the text says why.
        OSError: a file cannot be read or written.
    """
    if out.suffix != ".dfu":
        raise SettingsError(f"{out}: the name of an image ends in .dfu")
    try:
        version, python, requires = _described(wheels)
        manifest = Manifest(
            version=version,
            minimum=minimum,
            created=datetime.now(UTC).replace(microsecond=0),
            python=python,
            requires=requires,
            files=tuple(_listed(path) for path in wheels),
        )
    except ValidationError as error:
        told = "; ".join(e["msg"].removeprefix("Value error, ") for e in error.errors())
        raise SettingsError(f"this makes no release: {told}") from error
    if sum(file.size for file in manifest.files) > container.SIZE_MAX - container.MANIFEST_MAX * 2:
        raise SettingsError("the wheels are too large: an image has at most 64 MiB")
    container.write(out, manifest, wheels, key)
    return manifest


def _described(wheels: list[Path]) -> tuple[str, str, tuple[str, ...]]:
    """Version, oldest Python and needs of the program, as its wheel says."""
    own = next((path for path in wheels if path.name.startswith(f"{PRODUCT}-")), None)
    if own is None:
        raise SettingsError(f"the wheel of {PRODUCT} itself is missing: {PRODUCT}-VERSION-….whl")
    version = Wheel.parse(own.name).version
    try:
        with zipfile.ZipFile(own) as archive:
            text = archive.read(f"{PRODUCT}-{version}.dist-info/METADATA").decode()
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise SettingsError(f"{own} is no readable wheel") from error
    fields = HeaderParser().parsestr(text)
    needs = tuple(need.strip() for need in fields.get_all("Requires-Dist", []))
    if marked := [need for need in needs if ";" in need]:
        raise SettingsError(f"{own.name}: needs with conditions are not supported: {marked[0]}")
    python = _PYTHON.search(fields.get("Requires-Python", ">=3.11"))
    return version, python[1] if python else "3.11", needs


def _listed(path: Path) -> File:
    digest = hashlib.sha256()
    size = 0
    with path.open("rb") as file:
        while piece := file.read(container.PIECE):
            digest.update(piece)
            size += len(piece)
    return File(name=path.name, size=size, sha256=digest.hexdigest())
