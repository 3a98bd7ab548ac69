"""What a new password must be: by the manual's rule (§5) or NIST SP 800-63B, and no common one."""

import unicodedata
from datetime import timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path

COMMON = Path(__file__).with_name("data") / "common-passwords.txt"
LONGEST = 128  # characters; a limit only so that nobody has us hash a book
TYPED = 4 * LONGEST  # characters before they are composed; composing many takes the square of it
YEAR = timedelta(days=365)
WARNING = timedelta(days=15)
LOOKALIKES = str.maketrans("@4031!$57", "aaoeiisst")


class Rule(StrEnum):
    """Which rule is in force (`policy.password_rule`)."""

    FACTORY = "factory"
    NIST = "nist"

    @property
    def shortest(self) -> int:
        """Characters at least."""
        return 10 if self is Rule.FACTORY else 15

    @property
    def lifetime(self) -> timedelta | None:
        """How long a password holds; None = for ever."""
        return YEAR if self is Rule.FACTORY else None


class Fault(StrEnum):
    """What is wrong with a new password; `password.<fault>` are the words for it."""

    SHORT = "at least {shortest} characters"
    LONG = "at most 128 characters"
    UPPER = "an upper-case letter"
    LOWER = "a lower-case letter"
    DIGIT = "a digit"
    SPECIAL = "a special character"
    COMMON = "something that is no common password"
    FORMER = "something else than before"


def plain(password: str) -> str:
    """The password in the one form that is hashed: two keyboards may compose `é` differently.

    One that is longer than any can be is not composed; halves of characters (JSON may bring them)
    are spelt out, because nothing can be hashed that has them.
    """
    whole = password.encode(errors="backslashreplace").decode()
    return whole if len(whole) > TYPED else unicodedata.normalize("NFC", whole)


def faults(password: str, rule: Rule) -> tuple[Fault, ...]:
    """All that a new password lacks; nothing for a good one."""
    if len(password) > LONGEST:
        return (Fault.LONG,)
    found = [Fault.SHORT] if len(password) < rule.shortest else []
    if rule is Rule.FACTORY:
        found.extend(_kinds_missing(password))
    if _is_common(password):
        found.append(Fault.COMMON)
    return tuple(found)


def explained(found: tuple[Fault, ...], rule: Rule) -> str:
    """The sentence for a form: what the password needs."""
    return "the new password needs " + ", ".join(found).format(shortest=rule.shortest)


def _kinds_missing(password: str) -> list[Fault]:
    kinds = {
        Fault.UPPER: str.isupper,
        Fault.LOWER: str.islower,
        Fault.DIGIT: str.isdigit,
        Fault.SPECIAL: lambda character: not character.isalnum() and not character.isspace(),
    }
    return [fault for fault, is_kind in kinds.items() if not any(map(is_kind, password))]


def _is_common(password: str) -> bool:
    """Whether it, or what is left without disguise and endings, stands in the list."""
    folded = password.casefold()
    word = folded.rstrip("".join(c for c in folded if not c.isalpha()))
    return not common().isdisjoint({folded, word, folded.translate(LOOKALIKES), _undisguised(word)})


def _undisguised(word: str) -> str:
    return (
        unicodedata.normalize("NFD", word.translate(LOOKALIKES)).encode("ascii", "ignore").decode()
    )


@cache
def common() -> frozenset[str]:
    """The list, each in lower case."""
    lines = COMMON.read_text("utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))
