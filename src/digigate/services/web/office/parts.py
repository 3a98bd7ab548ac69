"""Pieces that several pages are made of."""

from collections.abc import Iterable, Sequence

from digigate.services.web.markup import Html, Part, element, field, joined, single
from digigate.services.web.plain import Talk


def section(title: str, *inside: Part, name: str = "") -> Html:
    """A titled part of a page."""
    return element("section", element("h2", title), *inside, id=name or False)


def table(heads: Sequence[str], rows: Iterable[Sequence[Part]]) -> Html:
    """A table; on a narrow screen each row is a card, its cells beside the names of their heads."""
    head = element("tr", *(element("th", each, scope="col") for each in heads))
    body = (
        element("tr", *(_cell(h, cell) for h, cell in zip(heads, row, strict=True))) for row in rows
    )
    whole = element("table", element("thead", head), element("tbody", *body))
    return element("div", whole, class_="cards scroll")


def _cell(head: str, cell: Part) -> Html:
    """A cell that knows the name of its head."""
    empty = not (cell.text if isinstance(cell, Html) else cell)
    return element("td", "" if empty else element("span", cell), data_label=head)


def facts(pairs: Iterable[tuple[str, Part]]) -> Html:
    """Names and what they are."""
    inside = (element("div", element("dt", name), element("dd", what)) for name, what in pairs)
    return element("dl", *inside, class_="facts")


def tabs(said: Talk, here: str, offered: Iterable[tuple[str, str]]) -> Html:
    """Links to the parts of a menu: pairs of path and key of its name."""
    links = (
        element("a", said(key), href=path, **({"aria_current": "page"} if path == here else {}))
        for path, key in offered
    )
    return element("nav", *links, class_="tabs")


def tick(label: str, name: str, help_: str = "", *, ticked: bool = False) -> Html:
    """A box to tick."""
    words: list[Part] = [element("span", label)]
    if help_:
        words.append(element("small", help_))
    box = single("input", type="checkbox", name=name, id=name, value="true", checked=ticked)
    return element("label", box, element("span", *words), class_="tick")


def chooser(label: str, name: str, suffix: str, help_: str = "") -> Html:
    """An input that a file is chosen with."""
    return field(label, name, help_=help_, type="file", accept=suffix)


def hint(text: Part) -> Html:
    """Words below a title."""
    return element("p", text, class_="muted")


def secret(label: str, name: str, kind: str, help_: str = "") -> Html:
    """An input whose text nobody sees; what was typed is never sent back."""
    return field(label, name, help_=help_, type="password", autocomplete=kind, required=True)


def badge(text: str, kind: str = "") -> Html:
    """A word that stands out: `ok`, `grave`, or neither."""
    return element("span", text, class_=f"badge {kind}".strip())


def lines(parts: Iterable[Part]) -> Html:
    """Each on a line of its own."""
    return joined(element("div", part) for part in parts)
