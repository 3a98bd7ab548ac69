"""What people read, by key: one file per language."""

import json
from importlib.resources import files

Words = dict[str, str]


def words(language: str = "en") -> Words:
    """The translations of one language: `en` or `fr`."""
    text = (files(__name__) / f"{language}.json").read_text(encoding="utf-8")
    loaded: Words = json.loads(text)
    return loaded
