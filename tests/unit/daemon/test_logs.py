"""Log lines: one event a line, and a flood stays small."""

import logging

from digigate.daemon.logs import LINES_PER_MINUTE, Limit, LineFormatter


def record(message: str, name: str = "digigate.bus.line", **facts: object) -> logging.LogRecord:
    made = logging.LogRecord(name, logging.WARNING, __file__, 1, message, None, None)
    made.__dict__.update(facts)
    made.created = 0.0
    return made


def test_a_line_has_time_level_room_message_and_facts() -> None:
    line = LineFormatter().format(record("slave went silent", slave=4, reason="no answer"))
    assert line == (
        "1970-01-01T00:00:00Z warning bus.line slave went silent slave=4 reason='no answer'"
    )


def test_a_message_cannot_forge_a_second_line() -> None:
    line = LineFormatter().format(record("name\nerror", load="a\r\nb"))
    assert "\n" not in line
    assert "\r" not in line


def test_a_traceback_follows_its_line() -> None:
    made = record("service failed")
    made.exc_info = (ValueError, ValueError("bang"), None)
    assert LineFormatter().format(made).endswith("ValueError: bang")


def test_nothing_that_was_sent_begins_a_line_or_steers_a_terminal() -> None:
    path = "/x\r\n2026-01-01 info audit owner logged in\x1b[2J\u2028\u202e"
    line = LineFormatter().format(record("a request failed", path=path))
    assert "\x1b" not in line
    assert line.splitlines() == [line]
    assert "\\x1b[2J" in line


def test_a_flood_of_one_kind_is_cut_and_counted() -> None:
    now = [0.0]
    limit = Limit(lambda: now[0])
    passed = [limit.filter(record("bad frame")) for _ in range(100)]
    assert sum(passed) == LINES_PER_MINUTE
    assert limit.filter(record("another event"))
    now[0] = 61.0
    late = record("bad frame")
    assert limit.filter(late)
    assert late.__dict__["more"] == 90


def test_audit_lines_are_never_left_out() -> None:
    limit = Limit(lambda: 0.0)
    assert all(limit.filter(record("order", "digigate.audit")) for _ in range(100))
