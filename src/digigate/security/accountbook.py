"""`accounts.json`: what is kept of each profile's account; hashes, never a password."""

from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from digigate.security.defaults import DEFAULTS
from digigate.settings.profiles import Profile
from digigate.state import StateDirectory

ACCOUNTS = "accounts.json"


@dataclass(frozen=True, slots=True)
class Account:
    """One profile's; an empty hash means the factory's password."""

    hash: str = ""
    changed: datetime | None = None
    enabled: bool = True

    @property
    def is_default(self) -> bool:
        """Whether nobody has changed the password yet."""
        return not self.hash


FACTORY = {profile: Account(enabled=profile is not Profile.TOTEM) for profile in DEFAULTS}
"""Totem is locked until Cyber unlocks it (§11.1)."""


@dataclass(frozen=True, slots=True)
class Book:
    """All of it; `passphrase` is the hash of the one that can set Cyber's password anew."""

    accounts: dict[Profile, Account] = field(default_factory=lambda: dict(FACTORY))
    passphrase: str = ""

    def having(self, profile: Profile, **changes: Any) -> "Book":  # noqa: ANN401 -- fields of Account
        """The same with one account changed."""
        changed = replace(self.accounts[profile], **changes)
        return replace(self, accounts={**self.accounts, profile: changed})


CLOSED = Book({profile: replace(account, hash="!") for profile, account in FACTORY.items()})
"""Nothing fits."""


def load(state: StateDirectory) -> Book:
    """What is kept; the factory's where there is no file.

    One that makes no sense is set aside, and nobody logs in until the owner gives new passwords:
    a damaged disk must not bring the factory's passwords back.
    """
    if not state.file(ACCOUNTS).exists():
        return Book()
    try:
        return _book(state.read_json(ACCOUNTS))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        if state.file(ACCOUNTS).exists():
            state.set_aside(ACCOUNTS, str(error))
        return CLOSED


def save(state: StateDirectory, book: Book) -> None:
    """Write it (blocking); raises OSError where the disk is full."""
    accounts = {
        profile.value: {**asdict(account), "changed": _text(account.changed)}
        for profile, account in book.accounts.items()
    }
    state.write_json(ACCOUNTS, {"accounts": accounts, "passphrase": book.passphrase})


def _book(found: Any) -> Book:  # noqa: ANN401 -- JSON
    accounts = {
        Profile(name): Account(str(kept["hash"]), _moment(kept["changed"]), bool(kept["enabled"]))
        for name, kept in found["accounts"].items()
    }
    return Book({**FACTORY, **accounts}, str(found["passphrase"]))


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
