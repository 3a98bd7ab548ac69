"""One value in a YAML text changed, with the user's comments and order left as they are.

A line is replaced, added or taken away, and the result is read again; only where that does not
give what was wanted, because the text is written in another way, it is written anew.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

from digigate.settings.strict_yaml import Document, YamlError, dump, parse

Where = tuple[str, ...]
Tree = dict[str, Any]

_STEP = 2  # spaces by which a section's fields are indented


def with_value(text: str, where: Where, value: object) -> str:
    """The text with this value at a place, whether or not something stood there."""
    document = parse(text)
    wanted = deepcopy(document.data) or {}
    _put(wanted, where, value)
    lines = text.splitlines()
    number = document.lines.get(where)
    found = _replaced(lines, number, value) if number else _inserted(lines, document, where, value)
    return _first([found], wanted)


def without(text: str, where: Where) -> str:
    """The text with nothing at a place."""
    document = parse(text)
    number = document.lines.get(where)
    if number is None:
        return text
    wanted = deepcopy(document.data)
    _take(wanted, where)
    lines = text.splitlines()
    end = _end(lines, number)
    return _first([[*lines[: number - 1], *lines[end:]]], wanted)


def has(text: str, where: Where) -> bool:
    """Whether something stands at a place."""
    return where in parse(text).lines


def says_nothing(text: str) -> bool:
    """Whether no value stands in the text."""
    return _pruned(parse(text).data) == {}


def overlaid(under: Mapping[str, Any], over: Mapping[str, Any]) -> Tree:
    """Two trees in one; what the upper has counts."""
    tree = dict(under)
    for key, value in over.items():
        below = tree.get(key)
        if isinstance(value, dict) and isinstance(below, dict):
            tree[key] = overlaid(below, value)
        elif value is not None or not isinstance(below, dict):
            tree[key] = value
    return tree


def _first(candidates: Sequence[Sequence[str]], wanted: Tree) -> str:
    for lines in candidates:
        text = "\n".join(lines) + "\n" if lines else ""
        try:
            if _pruned(parse(text).data) == _pruned(wanted):
                return text
        except YamlError:
            continue
    return dump(wanted)


def _replaced(lines: list[str], number: int, value: object) -> list[str]:
    match = re.match(r"(\s*[^\s:#]+:)\s*(.*?)(\s+#.*)?$", lines[number - 1])
    if match is None:
        return []
    head, _, comment = match.groups()
    return [
        *lines[: number - 1],
        f"{head} {dump(value, one_line=True)}{comment or ''}",
        *lines[number:],
    ]


def _inserted(lines: list[str], document: Document, where: Where, value: object) -> list[str]:
    depth = max(n for n in range(len(where)) if n == 0 or where[:n] in document.lines)
    around, missing = where[:depth], where[depth:]
    indent = _indent(lines, document, around)
    new = list(_block(missing, value, indent))
    if not around:
        return [*lines, *new]
    number = document.lines[around]
    return [*lines[:number], *new, *lines[number:]]


def _block(names: Where, value: object, indent: int) -> Iterator[str]:
    for depth, name in enumerate(names):
        last = f" {dump(value, one_line=True)}" if depth == len(names) - 1 else ""
        yield f"{' ' * (indent + depth * _STEP)}{name}:{last}"


def _indent(lines: list[str], document: Document, around: Where) -> int:
    """How far the fields of this section are indented."""
    if not around:
        return 0
    inner = [n for path, n in document.lines.items() if path[:-1] == around]
    if inner:
        return _depth(lines[min(inner) - 1])
    return _depth(lines[document.lines[around] - 1]) + _STEP


def _end(lines: list[str], number: int) -> int:
    """The line number with which what begins at this line ends."""
    depth = _depth(lines[number - 1])
    end = number
    for at in range(number, len(lines)):
        if lines[at].strip() and _depth(lines[at]) <= depth:
            break
        if lines[at].strip():
            end = at + 1
    return end


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())


def _put(tree: Tree, where: Where, value: object) -> None:
    for name in where[:-1]:
        if not isinstance(tree.get(name), dict):
            tree[name] = {}
        tree = tree[name]
    tree[where[-1]] = value


def _take(tree: Tree, where: Where) -> None:
    for name in where[:-1]:
        tree = tree[name]
    del tree[where[-1]]


def _pruned(data: object) -> object:
    """Without sections in which nothing stands; one left empty reads as null."""
    if not isinstance(data, dict):
        return data or {}
    kept = {
        key: _pruned(value) if isinstance(value, dict) else value for key, value in data.items()
    }
    return {key: value for key, value in kept.items() if value is not None and value != {}}
