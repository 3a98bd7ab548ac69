"""`digigate sniff`: watch the frames on the buses, decoded, and write them to a file."""

import argparse
import json
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from digigate.bus import Frame, FrameKind
from digigate.bus.workshop.capture import (
    Capture,
    LineFacts,
    UnitFacts,
    frame_line,
    head_lines,
    lost_line,
)
from digigate.bus.workshop.pcap import pcap_head, pcap_packet
from digigate.cli.parsers import Subparsers, of_gateway
from digigate.services.control import follow

Event = dict[str, Any]
SHOWN = 3
"""Values of one frame that are shown in its line."""


def enter(commands: Subparsers) -> None:
    """Add `sniff`."""
    parser = commands.add_parser("sniff", help="watch the frames on the buses, decoded")
    parser.add_argument("--bus", metavar="LINE", help="digiware, rs485 or a gateway's key only")
    parser.add_argument("--unit", type=int, metavar="N", help="one slave only")
    parser.add_argument("--errors", action="store_true", help="only what is wrong")
    parser.add_argument("--values", action="store_true", help="every value of each frame")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument(
        "--write",
        type=Path,
        metavar="FILE",
        help="a capture to read, grep and replay; for Wireshark where its name ends with .pcap",
    )
    parser.add_argument("--count", type=int, metavar="N", help="end after so many frames")
    parser.add_argument("--seconds", type=float, metavar="S", help="end after so long")
    of_gateway(parser)
    parser.set_defaults(act=_sniff)


def _sniff(options: argparse.Namespace) -> int:
    wanted = {"bus": options.bus, "unit": options.unit, "errors_only": options.errors}
    with ExitStack() as stack:
        stack.enter_context(suppress(_Enough))
        events = follow(options.state / "control.sock", "trace.watch", wanted)
        stack.enter_context(closing(events))
        _end_after(options.seconds)
        scene: Any = next(events)
        tell = _json if options.json else _printer(scene, values=options.values)
        keep = _keeper(options.write, scene, stack) if options.write else _drop
        if options.json:
            tell(scene)
        _pass_on(events, tell, keep, options.count)
    return 0


def _pass_on(
    events: Iterator[Any],
    tell: Callable[[Event], None],
    keep: Callable[[Event], None],
    count: int | None,
) -> None:
    shown = 0
    for event in events:
        keep(event)
        tell(event)
        shown += "kind" in event
        if shown == count:
            return


class _Enough(Exception):
    """The time is over."""


def _end_after(seconds: float | None) -> None:
    def ring(*_: object) -> None:
        raise _Enough

    if seconds is not None:
        signal.signal(signal.SIGALRM, ring)
        signal.setitimer(signal.ITIMER_REAL, seconds)


def _json(event: Event) -> None:
    print(json.dumps(event, ensure_ascii=False), flush=True)


def _printer(scene: Event, *, values: bool) -> Callable[[Event], None]:
    began = datetime.fromisoformat(scene["began"]).astimezone()

    def tell(event: Event) -> None:
        if "lost" in event:
            print(f"… {event['lost']} frames not shown", flush=True)
            return
        time = began + timedelta(seconds=event["at"])
        print(f"{time:%H:%M:%S.%f}"[:-3], frame_words(event, shown=0 if values else SHOWN))
        for value in event["values"] if values else ():
            print(f"{'':22}{value['address']:5}  {value['text']}")
        print(end="", flush=True)

    return tell


def frame_words(event: Event, shown: int = SHOWN) -> str:
    """One frame in one line: bus, slave, kind, time taken, meaning, first values."""
    took = "" if event["took"] is None else f"{1000 * event['took']:.1f} ms"
    mark = f"  !{event['fault']}" if event["fault"] else ""
    texts = [value["text"] for value in event["values"]]
    more = f", and {len(texts) - shown} more" if len(texts) > shown > 0 else ""
    figures = f"  {', '.join(texts[:shown])}{more}" if texts and shown else ""
    return (
        f"{event['line']:8} {event['unit']:3} {event['kind']:9} {took:>9}"
        f"{mark}  {event['text']}{figures}"
    )


def _drop(_: Event) -> None:
    """Nothing is kept."""


def _keeper(path: Path, scene: Event, stack: ExitStack) -> Callable[[Event], None]:
    if path.suffix == ".pcap":
        return _pcap_keeper(path, scene, stack)
    file = stack.enter_context(path.open("w", encoding="utf-8"))
    for line in head_lines(facts(scene)):
        print(line, file=file)

    def keep(event: Event) -> None:
        if "lost" in event:
            print(lost_line(event["lost"]), file=file)
            return
        words = "; ".join([event["text"], *(value["text"] for value in event["values"])])
        print(frame_line(frame(event), words), file=file)

    return keep


def _pcap_keeper(path: Path, scene: Event, stack: ExitStack) -> Callable[[Event], None]:
    file = stack.enter_context(path.open("wb"))
    file.write(pcap_head())
    began = datetime.fromisoformat(scene["began"])

    def keep(event: Event) -> None:
        if "kind" in event:
            file.write(pcap_packet(frame(event), began))

    return keep


def facts(scene: Event) -> Capture:
    """The head of a capture, as the gateway tells it."""
    return Capture(
        scene["began"],
        {
            name: LineFacts(name, line["baudrate"], line["parity"], line["stop_bits"], line["echo"])
            for name, line in scene["lines"].items()
        },
        {
            (each["line"], each["unit"]): UnitFacts(
                each["unit"], each["model"], each["line"], each["name"]
            )
            for each in scene["units"]
        },
    )


def frame(event: Event) -> Frame:
    """The frame of an event; its time counts from the begin."""
    return Frame(
        event["line"],
        event["at"],
        FrameKind(event["kind"]),
        event["unit"],
        bytes.fromhex(event["data"]),
        event["took"],
    )
