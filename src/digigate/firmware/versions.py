"""Versions of releases: three numbers, compared as numbers."""

import re
from dataclasses import dataclass
from typing import Self

_FORM = re.compile(r"(0|[1-9][0-9]?)\.(0|[1-9][0-9]?)\.(0|[1-9][0-9]{0,2})", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """`1.2.3`; releases have no other form."""

    major: int
    minor: int
    revision: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """The version that a text names.

        Raises:
            ValueError: it names none.
        """
        found = _FORM.fullmatch(text)
        if found is None:
            raise ValueError(f"{text[:40]!r} is no version such as 1.2.3 (up to 99.99.999)")
        return cls(*map(int, found.groups()))

    @property
    def bcd(self) -> int:
        """Major and minor as USB writes them: 0x0102 for 1.2.3."""
        return int(f"{self.major:02d}{self.minor:02d}", 16)

    def __str__(self) -> str:
        """As people write it."""
        return f"{self.major}.{self.minor}.{self.revision}"
