"""Wheels by hand and images of them, with a key of our own."""

import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from digigate.firmware.building import build
from digigate.firmware.keys import TrustedKeys

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "digigate"
TAGS = "py3-none-any"


@dataclass
class Maker:
    """Somebody who builds and signs."""

    folder: Path
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    def is_trusted_by(self, state: Path) -> None:
        """Put the public key where a gateway looks for it."""
        state.mkdir(exist_ok=True)
        TrustedKeys(state).trust(self.key.public_key())

    def image(self, *wheels: Path, name: str = "release.dfu", minimum: str = "0.0.0") -> Path:
        """A signed image of these wheels."""
        out = self.folder / name
        build(list(wheels), self.key, out, minimum=minimum)
        return out

    def tiny(
        self, version: str, *, minimum: str = "0.0.0", tags: str = TAGS, metadata: str = ""
    ) -> Path:
        """A signed image that holds next to nothing."""
        wheel = tiny_wheel(self.folder, version, tags=tags, metadata=metadata)
        return self.image(wheel, name=f"{version}.dfu", minimum=minimum)


def tiny_wheel(
    folder: Path,
    version: str,
    *,
    package: str = "digigate",
    tags: str = TAGS,
    metadata: str = "",
    files: dict[str, str] | None = None,
) -> Path:
    """A wheel with an empty package, or with these files."""
    path = folder / f"{package}-{version}-{tags}.whl"
    content = files if files is not None else {f"{package}/__init__.py": ""}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in content.items():
            archive.writestr(name, text)
        head = f"Metadata-Version: 2.4\nName: {package}\nVersion: {version}\n{metadata}"
        archive.writestr(f"{package}-{version}.dist-info/METADATA", head)
    return path


def copied_wheel(folder: Path, version: str, *, changed: dict[str, str] | None = None) -> Path:
    """A wheel of this very program under another version; `changed` files read otherwise."""
    files = {
        f"digigate/{path.relative_to(PACKAGE)}": path
        for path in sorted(PACKAGE.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }
    wheel = tiny_wheel(folder, version, metadata="Requires-Python: >=3.11\n", files={})
    texts = {"digigate/__init__.py": f'__version__ = "{version}"\n', **(changed or {})}
    with zipfile.ZipFile(wheel, "a") as archive:
        for name, path in files.items():
            if name not in texts:
                archive.write(path, name)
        for name, text in texts.items():
            archive.writestr(name, text)
    return wheel
