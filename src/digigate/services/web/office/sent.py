"""What came with a form: texts by name, and contents of files, whose names count for nothing."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from aiohttp import web

from digigate.errors import SettingsError


class Misfilled(SettingsError):
    """Inputs of a form are filled in wrongly; `faults` says what to write, by input."""

    def __init__(self, why: str, faults: Mapping[str, str]) -> None:
        super().__init__(why)
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Sent:
    """One form as it was sent."""

    texts: Mapping[str, str]
    files: Mapping[str, bytes] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        """The text of an input; empty where it was not sent."""
        return self.texts.get(name, "").strip()

    def secret(self, name: str) -> str:
        """As it was typed: a password may begin with a space."""
        return self.texts.get(name, "")

    def ticked(self, name: str) -> bool:
        """Whether a box was ticked."""
        return name in self.texts


async def sent(request: web.Request) -> Sent:
    """The form of this request; a file that was not chosen is not there."""
    form, texts, files = await request.post(), {}, {}
    for name, value in form.items():
        if isinstance(value, str):
            texts[name] = value
        elif isinstance(value, web.FileField) and (
            octets := await asyncio.to_thread(value.file.read)
        ):
            files[name] = octets
    return Sent(texts, files)
