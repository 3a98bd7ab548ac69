"""HTML of few parts, every text of it escaped."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape

Attributes = Mapping[str, str | bool]


@dataclass(frozen=True, slots=True)
class Html:
    """A piece of a page that needs no more escaping."""

    text: str


Part = Html | str


def element(name: str, /, *inside: Part, **attributes: str | bool) -> Html:
    """`<name …>inside</name>`; a trailing `_` of an attribute's name is dropped, `_` becomes `-`.

    A true attribute stands alone, a false one is left out.
    """
    return Html(f"<{name}{_written(attributes)}>{joined(inside).text}</{name}>")


def single(name: str, /, **attributes: str | bool) -> Html:
    """`<name …>`, which holds nothing."""
    return Html(f"<{name}{_written(attributes)}>")


def joined(parts: Iterable[Part]) -> Html:
    """Several pieces, one after the other."""
    return Html("".join(p.text if isinstance(p, Html) else escape(p) for p in parts))


def _written(attributes: Attributes) -> str:
    return "".join(
        f" {name.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{escape(value)}"')
        for name, value in attributes.items()
        if value is not False
    )


def notice(text: Part, *, bad: bool = False) -> Html:
    """A line on top of a page: what was done, or why not."""
    return element("p", text, class_="bad" if bad else "good", role="alert" if bad else "status")


def field(label: str, name: str, *, help_: str = "", **attributes: str | bool) -> Html:
    """An input with its label, and what helps to fill it in."""
    told = {"aria_describedby": f"{name}-help"} if help_ else {}
    return _labelled(label, name, single("input", name=name, id=name, **told, **attributes), help_)


def choice(label: str, name: str, options: Iterable[tuple[str, str]], chosen: str = "") -> Html:
    """A list to choose one of: pairs of value and text."""
    listed = [
        element("option", text, value=value, selected=value == chosen) for value, text in options
    ]
    return _labelled(label, name, element("select", *listed, name=name, id=name))


def _labelled(label: str, name: str, control: Html, help_: str = "") -> Html:
    inside = [element("label", label, for_=name), control]
    if help_:
        inside.append(element("small", help_, id=f"{name}-help"))
    return element("div", *inside, class_="field")


def button(text: str, **attributes: str | bool) -> Html:
    """What sends a form."""
    return element("button", text, **attributes)
