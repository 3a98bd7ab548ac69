"""Secrets that somebody types, or that a program hands over."""

import getpass
import sys

from digigate.errors import SettingsError


def secret(prompt: str, *, stdin: bool, twice: bool = True) -> str:
    """What is typed at the terminal, or the first line of standard input.

    Raises:
        SettingsError: nothing is typed, or something else the second time.
    """
    if stdin:
        return sys.stdin.readline().rstrip("\n")
    try:
        first = getpass.getpass(f"{prompt}: ")
        again = getpass.getpass("Once more: ") if twice else first
    except EOFError:
        raise SettingsError(
            "nothing was typed; a program says --stdin and writes one line"
        ) from None
    if again != first:
        raise SettingsError("the two differ; nothing was changed")
    return first
