"""Calls of servers for a test: so many, and no more."""

import pytest

from digigate.errors import SettingsError
from digigate.security.tlstest import CALLS, WITHIN, Turns


def test_ten_calls_a_minute() -> None:
    now = [0.0]
    turns = Turns(lambda: now[0])
    for _ in range(CALLS):
        turns.take()
        now[0] += 1
    with pytest.raises(SettingsError, match="wait 50 s"):
        turns.take()
    now[0] = WITHIN
    turns.take()
    with pytest.raises(SettingsError, match="wait 1 s"):
        turns.take()
