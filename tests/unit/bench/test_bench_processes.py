"""Costs read from /proc agree with what the process itself knows."""

import os
import time

from bench.processes import cpu_seconds, memory_mb


def test_cpu_seconds_are_those_of_this_process() -> None:
    before = time.process_time()
    measured = cpu_seconds(os.getpid())
    assert before - 0.05 <= measured <= time.process_time() + 0.05


def test_memory_is_counted_in_megabytes() -> None:
    assert 5 < memory_mb(os.getpid()) < 2000
