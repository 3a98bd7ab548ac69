"""YAML without surprises: no key twice, no aliases, no dates, every value's line known, and what
is written reads as it was.
"""

from dataclasses import dataclass
from typing import Any

import yaml

SIZE_MAX = 1 << 20
TIMESTAMP = "tag:yaml.org,2002:timestamp"

Path = tuple[str | int, ...]


class YamlError(ValueError):
    """The text is not YAML as we take it; says at which line."""


@dataclass(frozen=True, slots=True)
class Document:
    """What a file holds, and at which line (from 1) each value stands."""

    data: Any
    lines: dict[Path, int]

    def line(self, path: Path) -> int:
        """The line of the value at this path, or of what holds it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


class _Loader(yaml.SafeLoader):
    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise YamlError(f"line {mark.line + 1}: aliases (*name) are not taken; write it out")
        node: yaml.Node | None = super().compose_node(parent, index)
        return node


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != TIMESTAMP]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def parse(text: str) -> Document:
    """Read one document.

    Raises:
        YamlError: with the line and what is wrong there.
    """
    if len(text) > SIZE_MAX:
        raise YamlError(f"line 1: the file is longer than {SIZE_MAX} characters")
    try:
        return _document(_Loader(text))
    except YamlError:
        raise
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlError(f"line {mark.line + 1 if mark else 1}: {error.problem}") from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise YamlError(f"line 1: {' '.join(str(error).split())}") from error


def dump(data: object, *, one_line: bool = False) -> str:
    """The text of a document, or of one value to stand behind its key."""
    width = 1 << 30 if one_line else 100
    text: str = yaml.dump(
        data, Dumper=_Dumper, default_flow_style=one_line, sort_keys=False, allow_unicode=True,
        width=width,
    )  # fmt: skip
    return text.removesuffix("\n").removesuffix("\n...") if one_line else text


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """The one in C, ten times faster, where PyYAML has it."""


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    """Text with breaks, which YAML folds into spaces, is written with escapes."""
    style = '"' if _ODD_BREAKS & set(text) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_ODD_BREAKS = frozenset("\n\x85\u2028\u2029")
_Dumper.add_representer(str, _represent_text)


def _document(loader: _Loader) -> Document:
    try:
        node = loader.get_single_node()
        lines: dict[Path, int] = {}
        if node is None:
            return Document(None, lines)
        _note_lines(node, (), lines)
        return Document(loader.construct_document(node), lines)
    finally:
        loader.dispose()


def _note_lines(node: yaml.Node, path: Path, lines: dict[Path, int]) -> None:
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            _note_lines(item, (*path, number), lines)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = (*path, str(key.value))
            line = key.start_mark.line + 1
            if here in lines:
                raise YamlError(
                    f"line {line}: {key.value} stands twice; the first is at line {lines[here]}"
                )
            lines[here] = line
            _note_lines(value, here, lines)
