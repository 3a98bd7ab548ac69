"""Password hashes: argon2id, off the loop, two at once and no more."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

import argon2
from argon2.exceptions import InvalidHashError, VerificationError

from digigate.errors import Denied

T = TypeVar("T")

MEMORY = 19_456  # KiB; with two passes and one lane: OWASP's smallest recommended form
PASSES = 2
AT_ONCE = 2  # each takes the memory above: a flood of logins must not eat the machine's
WAITING = 16

_HASHER = argon2.PasswordHasher(time_cost=PASSES, memory_cost=MEMORY, parallelism=1)


class Hashing:
    """Two threads for all hashes of this process; closing it waits for what is under way."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="password")
        self._asked = 0

    async def of(self, secret: str) -> str:
        """A new hash, salted; raises `Denied` as `fits`."""
        return await self._run(partial(hashed, secret))

    async def fits(self, kept: str, secret: str) -> bool:
        """Whether the secret has this hash.

        Raises:
            Denied: too many are waiting already; the caller may try again.
        """
        return await self._run(partial(fits, kept, secret))

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown()

    async def _run(self, work: Callable[[], T]) -> T:
        if self._asked >= WAITING:
            raise Denied("too many passwords are being checked; try again in a moment")
        self._asked += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._asked -= 1


def hashed(secret: str) -> str:
    """A new hash (blocking, some 40 ms of CPU)."""
    return _HASHER.hash(secret)


def fits(kept: str, secret: str) -> bool:
    """Whether the secret has this hash (blocking); a hash that is none fits nothing."""
    try:
        return _HASHER.verify(kept, secret)
    except (VerificationError, InvalidHashError):
        return False


def outdated(kept: str) -> bool:
    """Whether the hash was made with other parameters than ours are now."""
    return _HASHER.check_needs_rehash(kept)
