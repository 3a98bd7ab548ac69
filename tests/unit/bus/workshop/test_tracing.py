"""A listener: what it shows, what it leaves out, what it says that it missed."""

import asyncio
from contextlib import aclosing

from digigate.bus.frames import build
from digigate.bus.trace import Frame, FrameKind
from digigate.bus.workshop import Interpreter, Listener, Lost, Traced, Wanted
from digigate.watchers import Watchers

READ = build(4, bytes.fromhex("03 481a 0002"))


def frame(kind: FrameKind, unit: int = 4, data: bytes = READ, line: str = "digiware") -> Frame:
    return Frame(line, 0.0, kind, unit, data)


def heard(wanted: Wanted, *frames: Frame, limit: int = 100) -> list[Traced | Lost]:
    listener = Listener(Interpreter(lambda *_: None), wanted, limit)
    for each in frames:
        listener.hear(each)
    return list(listener.taken())


def kinds(events: list[Traced | Lost]) -> list[FrameKind]:
    return [event.frame.kind for event in events if isinstance(event, Traced)]


def test_a_bus_a_unit_or_errors_alone_can_be_wanted() -> None:
    frames = (
        frame(FrameKind.REQUEST),
        frame(FrameKind.TIMEOUT, data=b""),
        frame(FrameKind.REQUEST, unit=9),
        frame(FrameKind.REQUEST, line="rs485"),
    )
    assert len(heard(Wanted(), *frames)) == 4
    assert len(heard(Wanted(bus="rs485"), *frames)) == 1
    assert len(heard(Wanted(unit=4), *frames)) == 3
    assert kinds(heard(Wanted(errors_only=True), *frames)) == [FrameKind.TIMEOUT]


def test_errors_are_told_with_what_was_asked_though_that_is_not_shown() -> None:
    events = heard(
        Wanted(errors_only=True), frame(FrameKind.REQUEST), frame(FrameKind.TIMEOUT, data=b"")
    )
    assert isinstance(events[0], Traced)
    assert events[0].meaning.text == "no answer to read registers 18458..18459 (2)"


def test_a_stray_belongs_to_the_unit_of_its_first_octet() -> None:
    stray = frame(FrameKind.STRAY, unit=0, data=b"\x04\x03junk")
    assert len(heard(Wanted(unit=4), stray)) == 1
    assert len(heard(Wanted(unit=5), stray)) == 0


def test_a_slow_listener_is_told_how_much_it_missed() -> None:
    events = heard(Wanted(), *[frame(FrameKind.REQUEST)] * 5, limit=3)
    assert events[-1] == Lost(2)
    assert len(events) == 4


def test_after_a_loss_no_answer_is_taken_for_another_requests() -> None:
    listener = Listener(Interpreter(lambda *_: None), Wanted(), limit=1)
    listener.hear(frame(FrameKind.REQUEST))
    listener.hear(frame(FrameKind.ANSWER))
    list(listener.taken())
    listener.hear(frame(FrameKind.ANSWER, data=build(4, bytes.fromhex("0302 0001"))))
    (event,) = listener.taken()
    assert isinstance(event, Traced)
    assert event.meaning.text == "answer to read registers"


async def test_events_come_as_they_pass_and_nobody_listens_afterwards() -> None:
    frames = Watchers[[Frame]]()
    listener = Listener(Interpreter(lambda *_: None), Wanted())
    async with aclosing(listener.events(frames)) as events:
        first = asyncio.ensure_future(anext(events))
        await asyncio.sleep(0)
        frames.tell(frame(FrameKind.REQUEST))
        event = await first
        assert isinstance(event, Traced)
        assert frames
    assert not frames
