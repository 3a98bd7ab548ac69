"""Captures: written, read, replayed, played to a master, and opened by Wireshark."""

import struct
from datetime import UTC, datetime

import pytest

from digigate.bus.frames import build
from digigate.bus.trace import Frame, FrameKind
from digigate.bus.workshop.capture import (
    Capture,
    LineFacts,
    UnitFacts,
    frame_line,
    head_lines,
    lost_line,
    read_capture,
)
from digigate.bus.workshop.decode import Fault
from digigate.bus.workshop.pcap import pcap_head, pcap_packet
from digigate.bus.workshop.player import Player
from digigate.bus.workshop.replay import behaviour, replay
from digigate.catalogue import Catalogue
from digigate.errors import SettingsError

READ = build(4, bytes.fromhex("03 481a 0002"))
RIGHT = build(4, bytes.fromhex("0304 00003039"))
BROKEN = RIGHT[:-1] + bytes((RIGHT[-1] ^ 1,))
REFUSAL = build(4, b"\x83\x02")


def frame(time: float, kind: FrameKind, data: bytes, took: float | None = None) -> Frame:
    return Frame("digiware", time, kind, 4, data, took)


CAPTURE = Capture(
    "2026-11-25T03:00:00+00:00",
    {"digiware": LineFacts("digiware", 38400, "none", 1, echo=False)},
    {("digiware", 4): UnitFacts(4, "digiware-i30", "digiware", "Work shop")},
    (
        frame(0.5, FrameKind.REQUEST, READ),
        frame(0.52, FrameKind.ANSWER, RIGHT, 0.02),
        frame(1.0, FrameKind.REQUEST, READ),
        frame(1.03, FrameKind.GARBLED, BROKEN, 0.03),
        frame(1.5, FrameKind.REQUEST, READ),
        frame(2.0, FrameKind.TIMEOUT, b"", 0.5),
        Frame("digiware", 2.2, FrameKind.STRAY, 0, RIGHT, None),
        frame(2.5, FrameKind.REQUEST, READ),
        frame(2.51, FrameKind.EXCEPTION, REFUSAL, 0.01),
    ),
)


def written(capture: Capture) -> list[str]:
    lines = [frame_line(frame, "what | it\nmeans") for frame in capture.frames]
    return [*head_lines(capture), *lines[:3], lost_line(7), "", *lines[3:]]


def test_a_capture_reads_as_it_was_written() -> None:
    assert read_capture(written(CAPTURE)) == CAPTURE


def test_a_frame_is_one_line_that_can_be_grepped() -> None:
    line = frame_line(CAPTURE.frames[3], "no right answer")
    assert line.split("|")[0].split()[:5] == ["1.030000", "digiware", "garbled", "4", "0.030000"]
    assert line.endswith("| no right answer")


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([], "line 1: a capture begins with"),
        (["hello"], "line 1: a capture begins with"),
        (["# digigate capture, format 1", "nonsense"], "line 2: 'nonsense' is no frame"),
        (["# digigate capture, format 1", "0.1 digiware shout 4 - 00"], "line 2.*'shout'"),
        (["# digigate capture, format 1", "0.1 digiware answer 4 - zz"], "line 2"),
    ],
)
def test_a_wrong_file_is_refused_by_line(lines: list[str], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        read_capture(lines)


def test_replay_judges_as_the_line_did_and_knows_the_late_answer() -> None:
    verdicts = list(replay(CAPTURE, Catalogue.load()))
    assert [v.now for v in verdicts if v.now] == [
        FrameKind.ANSWER,
        FrameKind.GARBLED,
        FrameKind.TIMEOUT,
        FrameKind.EXCEPTION,
    ]
    assert not any(verdict.differs for verdict in verdicts)
    assert [v.meaning.fault for v in verdicts if v.meaning.fault] == [
        Fault.GARBLED,
        Fault.TIMEOUT,
        Fault.LATE,
        Fault.EXCEPTION,
    ]
    assert verdicts[1].meaning.figures[0].words == "current.i1@instant/load1 = 12.345 A"
    assert list(replay(CAPTURE, Catalogue.load())) == verdicts


def test_replay_says_where_the_engine_decides_otherwise() -> None:
    wrong = Capture("", frames=(CAPTURE.frames[0], frame(0.52, FrameKind.ANSWER, BROKEN, 0.02)))
    (_, verdict) = replay(wrong, Catalogue.load())
    assert (verdict.now, verdict.differs) == (FrameKind.GARBLED, True)


def test_slaves_behave_as_they_did() -> None:
    reactions = behaviour(CAPTURE, "digiware")
    assert list(reactions) == [READ]
    right, broken, late, refusal = reactions[READ]
    assert [(round(p.after, 6), p.data) for p in right] == [(0.02, RIGHT)]
    assert broken[0].data == BROKEN
    assert [(round(p.after, 6), p.data) for p in late] == [(0.7, RIGHT)]
    assert refusal[0].data == REFUSAL
    assert behaviour(CAPTURE, "rs485") == {}


def test_a_player_meets_each_request_in_turn() -> None:
    player = Player(behaviour(CAPTURE, "digiware"))
    other = build(9, bytes.fromhex("03 0000 0001"))
    heard = b"\xff\x00" + READ[:3], READ[3:], other, READ + READ + READ, READ
    met = [[p.data for p in reaction] for octets in heard for reaction in player.hear(octets)]
    assert met == [[RIGHT], [BROKEN], [RIGHT], [REFUSAL], [RIGHT]]
    assert (player.played.requests, player.played.unknown) == (5, 2 + len(other))


def test_a_player_forgets_noise_without_end() -> None:
    player = Player(behaviour(CAPTURE, "digiware"))
    assert list(player.hear(bytes(5000))) == []
    assert [p.data for r in player.hear(READ) for p in r] == [RIGHT]


def test_wireshark_finds_one_packet_for_each_frame_with_octets() -> None:
    began = datetime(2026, 11, 25, 3, tzinfo=UTC)
    octets = pcap_head() + b"".join(pcap_packet(frame, began) for frame in CAPTURE.frames)
    magic, major, minor, _, _, _, link = struct.unpack_from(">IHHiIII", octets)
    assert (magic, major, minor, link) == (0xA1B2C3D4, 2, 4, 147)
    at, packets = 24, []
    while at < len(octets):
        seconds, micro, size, whole = struct.unpack_from(">IIII", octets, at)
        assert size == whole
        packets.append(
            (seconds + micro / 1e6 - began.timestamp(), octets[at + 16 : at + 16 + size])
        )
        at += 16 + size
    assert packets == [(pytest.approx(f.time, abs=1e-6), f.data) for f in CAPTURE.frames if f.data]
