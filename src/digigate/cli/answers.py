"""Orders to a running gateway and their answers, as the commands of several rooms print them."""

import argparse
import json
from collections.abc import Iterator
from typing import Any, cast

from digigate.services.control import follow, order

Answer = dict[str, Any]


def ask(options: argparse.Namespace, command: str, **arguments: object) -> Answer:
    """The answer of the gateway whose state directory the options name."""
    return cast("Answer", order(options.state / "control.sock", command, arguments))


def events(options: argparse.Namespace, command: str, **arguments: object) -> Iterator[Answer]:
    """The events that a command tells, as they come."""
    for event in follow(options.state / "control.sock", command, arguments):
        yield cast("Answer", event)


def print_changes(options: argparse.Namespace, answer: Answer) -> int:
    """What an edit of the topology changed; returns the exit code."""
    if options.json:
        print(json.dumps(answer, ensure_ascii=False, indent=2))
        return 0
    for change in answer["changes"]:
        print(change["text"])
    if not answer["changes"]:
        print("nothing changed")
    return 0
