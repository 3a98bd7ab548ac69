"""What a bench found: figures, the table people read and the JSON machines read."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


class CannotRun(Exception):
    """A bench lacks something on this machine; the text says what and how to get it."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value; `limit` is the greatest one wanted, None where nothing is asked."""

    bench: str
    subject: str
    name: str
    value: float
    unit: str = ""
    limit: float | None = None

    @property
    def verdict(self) -> str:
        """`ok` or `over`; empty without a limit."""
        if self.limit is None:
            return ""
        return "ok" if self.value <= self.limit else "over"


@dataclass(frozen=True, slots=True)
class Found:
    """The figures of one bench, and what its programs said, for whoever wants to look closer."""

    figures: tuple[Figure, ...]
    raw: dict[str, Any]


def table(figures: Sequence[Figure]) -> str:
    """One line a figure, a blank line between benches."""
    rows: list[tuple[str, ...]] = [("", "", "", "value", "wanted", "")]
    for before, figure in zip((None, *figures), figures, strict=False):
        if before is not None and before.bench != figure.bench:
            rows.append(("",) * 6)
        same = before is not None and before.bench == figure.bench
        rows.append(_row(figure, "" if same else figure.bench))
    widths = [max(len(row[column]) for row in rows) for column in range(6)]
    return "\n".join(_line(row, widths) for row in rows)


def as_json(machine: dict[str, Any], found: Sequence[Found], missing: Sequence[str]) -> str:
    """Everything of one run."""
    figures = [
        asdict(figure) | {"verdict": figure.verdict} for each in found for figure in each.figures
    ]
    raw = {key: value for each in found for key, value in each.raw.items()}
    document = {"machine": machine, "figures": figures, "missing": list(missing), "raw": raw}
    return json.dumps(document, indent=1) + "\n"


def _row(figure: Figure, bench: str) -> tuple[str, ...]:
    limit = "" if figure.limit is None else f"<= {_number(figure.limit)}"
    value = f"{_number(figure.value)} {figure.unit}".rstrip()
    return (bench, figure.subject, figure.name, value, limit, figure.verdict)


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    left = (cell.ljust(width) for cell, width in zip(row[:3], widths[:3], strict=True))
    right = (cell.rjust(width) for cell, width in zip(row[3:5], widths[3:5], strict=True))
    return "  ".join((*left, *right, row[5])).rstrip()


def _number(value: float) -> str:
    whole = abs(value) >= 100 or value == int(value)
    return f"{value:.0f}" if whole else f"{value:.3g}"
