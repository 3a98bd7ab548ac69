"""Work done in a network of its own, where nobody's rules can be touched."""

import ctypes
import os
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest

CLONE_NEWNET = 0x40000000
T = TypeVar("T")


def in_own_network(work: Callable[[], T]) -> T:
    """Do it in a thread whose network, and its children's, holds a loopback interface alone.

    Skips the test where this takes a right that we lack.
    """
    with ThreadPoolExecutor(1) as own:
        if fault := own.submit(_leave).result():
            pytest.skip(f"a network of our own is not allowed here: {fault}")
        return own.submit(work).result()


def _leave() -> str:
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET):
        return os.strerror(ctypes.get_errno())
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    return ""
