"""How a search looks on a terminal: a bar that moves, cards of conflicts, a table at the end."""

import shutil
from typing import Any, TextIO

WIDTH = 30
WORDS = {
    "started": "starting",
    "searching": "searching",
    "conflicts": "waiting for buttons",
    "solving": "giving addresses",
    "reading": "reading loads",
    "speeds": "trying other speeds",
}


class Screen:
    """Shows each status: one line that is rewritten on a terminal, a line a change elsewhere."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._live = out.isatty()
        self._line = ""
        self._cards: list[str] = []
        self._moves = 0

    def show(self, status: dict[str, Any]) -> None:
        """What is new in it."""
        for move in status["moves"][self._moves :]:
            self._say(f"  {named(move['slave'])} takes address {move['to']}")
        self._moves = len(status["moves"])
        cards = [card(conflict) for conflict in status["conflicts"]]
        if cards and not self._moves and cards != self._cards:
            for text in cards:
                self._say(text)
        self._cards = cards
        if status["running"]:
            self._rewrite(bar(status))

    def end(self) -> None:
        """Take the bar away."""
        self._rewrite("")

    def _say(self, text: str) -> None:
        self._rewrite("")
        print(text, file=self._out, flush=True)

    def _rewrite(self, line: str) -> None:
        if self._live:
            columns = shutil.get_terminal_size().columns - 1
            self._out.write(f"\r\x1b[K{line[:columns]}")
            self._out.flush()
        elif line and _plain(line) != _plain(self._line):
            print(line, file=self._out, flush=True)
        self._line = line or self._line


def _plain(line: str) -> str:
    """What makes a line worth a new one where it cannot be rewritten: tens of per cent."""
    share, _, rest = line.lstrip("#-[ ]").partition("%")
    return share[:-1] + rest.partition(",")[0]


def bar(status: dict[str, Any]) -> str:
    """The search in one line."""
    share = float(status["share"])
    full = round(WIDTH * share)
    left = status["seconds_left"]
    time = "" if left is None else f", about {left:.0f} s left"
    words = WORDS.get(status["phase"], status["phase"])
    found = f"{len(status['found'])} found"
    return f"[{'#' * full}{'-' * (WIDTH - full)}] {share:4.0%} {words}: {found}{time}"


def card(conflict: dict[str, Any]) -> str:
    """One conflict with everybody in it and what to do."""
    slaves, where = conflict["slaves"], f"address {conflict['address']} on {conflict['bus']}"
    who = "several slaves" if not slaves else f"{len(slaves)} slave{'s' * (len(slaves) > 1)}"
    lines = [f"! {who} at {where}: {_TROUBLE[conflict['trouble']]}"]
    lines += [f"    {named(slave)}" for slave in slaves]
    return "\n".join([*lines, f"    -> {conflict['advice']}"])


_TROUBLE = {
    "shared": "they share it",
    "taken": "somebody else has it",
    "gateway": "it is the gateway's own",
}


def named(slave: dict[str, Any]) -> str:
    """A slave by its name, serial number and NET ID."""
    serial = f" serial {slave['serial']}" if slave["serial"] else ""
    return f"{slave['name']}{serial}" + (
        f" NET ID {slave['net_id']:08X}" if slave["net_id"] else ""
    )


def final(status: dict[str, Any]) -> str:
    """What it came to."""
    report = status["report"]
    if report is None:
        return f"the search {status['phase']}: {status['reason'] or 'the topology is as it was'}"
    rows = [
        f"{entry['slave']['address']:>4}  {entry['slave']['bus']:8}  {entry['label']:32}"
        f"  {entry['loads']:>2} loads  {entry['standing']}"
        for entry in report["devices"]
    ]
    lines = [f"{len(rows)} devices after {report['seconds']:.0f} s ({status['mode']})", *rows]
    lines += [
        f"left out: {named(refusal['slave'])} at {refusal['slave']['address']}"
        f" on {refusal['slave']['bus']}: {refusal['reason']}"
        for refusal in report["refusals"]
        if refusal["cause"] != "conflict"
    ]
    lines += [card(conflict) for conflict in report["conflicts"]]
    lines += [f"hint: {hint['text']}" for hint in report["hints"]]
    return "\n".join(lines)
