"""The signed list of what a release consists of."""

import json
import re
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from digigate.errors import ImageRefused
from digigate.firmware.versions import Version
from digigate.firmware.wheels import Wheel

PRODUCT = "digigate"
FILES_MAX = 64


def _version(text: str) -> str:
    return str(Version.parse(text))


def _wheel(name: str) -> str:
    Wheel.parse(name)
    return name


Release = Annotated[str, AfterValidator(_version)]


class Part(BaseModel):
    """Base of all that the manifest says: nothing more, nothing else."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class File(Part):
    """One wheel of the payload; its name is that of a wheel and so of no other place."""

    name: Annotated[str, Field(max_length=200), AfterValidator(_wheel)]
    size: Annotated[int, Field(ge=1)]
    sha256: Annotated[str, Field(pattern=re.compile(r"^[0-9a-f]{64}$"))]


class Manifest(Part):
    """What the maker signs: the files follow in this order."""

    format: Literal[1] = 1
    product: Annotated[str, Field(max_length=40)] = PRODUCT
    version: Release
    minimum: Release
    """Once this release has run, no older one than this is installed any more."""
    created: Annotated[datetime, Field(strict=False)]
    python: Annotated[str, Field(pattern=re.compile(r"^3\.[0-9]{1,2}$"))] = "3.11"
    """The oldest Python that it runs on."""
    requires: Annotated[tuple[str, ...], Field(max_length=FILES_MAX, strict=False)] = ()
    """Packages that it needs, as its wheel pins them: `aiohttp==3.14.5`."""
    files: Annotated[tuple[File, ...], Field(min_length=1, max_length=FILES_MAX, strict=False)]

    @model_validator(mode="after")
    def _one_program(self) -> Self:
        wheels = [Wheel.parse(file.name) for file in self.files]
        names = [wheel.package for wheel in wheels]
        if len(set(names)) < len(names):
            raise ValueError("a package is in it twice")
        own = [wheel for wheel in wheels if wheel.package == PRODUCT]
        if not own or own[0].version != self.version:
            raise ValueError(f"it does not hold {PRODUCT} {self.version}")
        if Version.parse(self.minimum) > self.release:
            raise ValueError("its minimum is newer than itself")
        return self

    @property
    def release(self) -> Version:
        """Its version, to be compared."""
        return Version.parse(self.version)

    def encode(self) -> bytes:
        """The octets that are signed."""
        return json.dumps(self.model_dump(mode="json"), sort_keys=True, indent=1).encode()

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """The manifest in octets whose signature has been verified.

        Raises:
            ImageRefused: they make no sense to this version.
        """
        try:
            return cls.model_validate(json.loads(data))
        except ValidationError as error:
            told = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
            raise ImageRefused(
                f"its manifest is not one that this version understands: {told}"
            ) from error
        except (ValueError, RecursionError) as error:
            raise ImageRefused("its manifest is no JSON") from error
