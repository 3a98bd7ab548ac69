"""Four profiles with a password, and what may be done with it (§11.1); User has none."""

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from digigate.clock import Clock
from digigate.conditions import Conditions
from digigate.errors import AccessError, Denied, Locked, SettingsError
from digigate.security.accountbook import Account, Book, load, save
from digigate.security.attempts import Attempts
from digigate.security.defaults import DEFAULTS
from digigate.security.hashing import Hashing, outdated
from digigate.security.passphrase import new_passphrase, plain_passphrase
from digigate.security.passwords import WARNING, Fault, Rule, explained, faults, plain
from digigate.settings.profiles import Profile
from digigate.settings.sections import Policy
from digigate.state import StateDirectory
from digigate.watchers import Watchers

WRONG = "profile or password is wrong"
NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$ZGlnaWdhdGVkaWdpZ2F0ZQ$" + "A" * 43
"""Fits nothing, but is as much work as one that does: no answer tells what an account is."""
FACTORY_ALARM = frozenset((Profile.ADVANCED, Profile.ADMIN, Profile.CYBER))
DEFAULT, EXPIRING, EXPIRED, LOCKED = (
    "password.default", "password.expiring", "password.expired", "account.locked",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AccountState:
    """What anybody who manages accounts may see of one."""

    profile: Profile
    enabled: bool
    locked_for: float | None  # seconds
    changed: datetime | None
    expires: datetime | None
    must_change: bool
    is_default: bool


class Accounts:
    """The accounts of one gateway; every check of a password counts as a try."""

    def __init__(
        self,
        state: StateDirectory,
        clock: Clock,
        conditions: Conditions,
        policy: Callable[[], Policy],
        hashing: Hashing,
        note: Callable[[str, str, str, str], None] = lambda *_: None,
    ) -> None:
        """`note(who, client, what, outcome)` writes each try down."""
        self._note = note
        self._state = state
        self._clock = clock
        self._conditions = conditions
        self._policy = policy
        self._hashing = hashing
        self._book = load(state)
        self._attempts = Attempts(clock.monotonic)
        self._changed = Watchers[Profile]()
        self._writing = asyncio.Lock()

    async def login(self, profile: Profile, password: str, client: str) -> None:
        """Whether this is the profile's password, asked from this address.

        Raises:
            Denied: it is not, or the account is disabled: the two look alike.
            Locked: too many tries were wrong.
        """
        await self._checked(profile, client, "login", lambda: self._fits(profile, password))
        account = self._book.accounts[profile]
        if account.hash and outdated(account.hash):
            await self._rehash(profile, account.hash, password)

    async def change(self, profile: Profile, old: str, new: str, client: str) -> None:
        """Give oneself a new password.

        Raises:
            Denied, Locked: as `login`, for the old one.
            SettingsError: the new one breaks the rule; the text says what it needs.
        """
        await self.login(profile, old, client)
        if hmac.compare_digest(plain(old).encode(), plain(new).encode()):
            raise SettingsError(explained((Fault.FORMER,), self._rule))
        await self.set(profile, new)

    async def set(self, profile: Profile, new: str) -> None:
        """Give a profile a new password, which also lifts its lock; raises SettingsError."""
        if found := faults(plain(new), self._rule):
            raise SettingsError(explained(found, self._rule))
        await self._renew(profile, new)

    async def new_passphrase(self) -> str:
        """A new passphrase for Cyber's recovery, shown this once; the former one is void."""
        passphrase = new_passphrase()
        hashed = await self._hashing.of(plain_passphrase(passphrase))
        await self._keep(lambda book: replace(book, passphrase=hashed))
        return passphrase

    async def recover(self, passphrase: str, new: str, client: str) -> None:
        """Set Cyber's password by the passphrase, which is void then.

        Raises:
            Denied, Locked: as `login`; a wrong passphrase is a wrong try of Cyber.
            SettingsError: the new password breaks the rule; the passphrase stays good.
        """
        kept = self._book.passphrase or NOBODY
        found, given = faults(plain(new), self._rule), plain_passphrase(passphrase)
        fits = partial(self._hashing.fits, kept, given)
        await self._checked(Profile.CYBER, client, "recovery", fits)
        if found:
            raise SettingsError(explained(found, self._rule))

        def used(book: Book) -> Book:
            if book.passphrase != kept:
                raise Denied(WRONG)  # somebody used it meanwhile
            return replace(book, passphrase="")

        await self._renew(Profile.CYBER, new, used)

    def unlock(self, profile: Profile) -> None:
        """Lift the lock of a profile."""
        self._attempts.forget(profile)
        self.judge()

    async def enable(self, profile: Profile, enabled: bool) -> None:  # noqa: FBT001 -- as ordered
        """Let a profile log in or not; only Totem can be shut out (§11.1).

        Raises:
            SettingsError: another profile, or it cannot be written.
        """
        if profile is not Profile.TOTEM:
            raise SettingsError("only the profile totem can be enabled and disabled")
        await self._keep(lambda book: book.having(profile, enabled=enabled))
        self._changed.tell(profile)

    def must_change(self, profile: Profile) -> bool:
        """Whether nothing but a new password is open to this profile now."""
        return profile is not Profile.USER and self.state(profile).must_change

    def state(self, profile: Profile) -> AccountState:
        """How this account is; not for User, who has none."""
        account = self._book.accounts[profile]
        expires = self._expiry(account)
        return AccountState(
            profile,
            account.enabled,
            self._attempts.locked(profile),
            account.changed,
            expires,
            account.is_default or (expires is not None and expires <= self._clock.now()),
            account.is_default,
        )

    def states(self) -> tuple[AccountState, ...]:
        """All four."""
        return tuple(map(self.state, DEFAULTS))

    @property
    def has_passphrase(self) -> bool:
        """Whether Cyber could be recovered."""
        return bool(self._book.passphrase)

    def watch(self, watcher: Callable[[Profile], object]) -> AbstractContextManager[None]:
        """Call `watcher(profile)` when a password was changed or a profile disabled."""
        return self._changed.watch(watcher)

    def judge(self) -> None:
        """Say what of the accounts needs somebody; call it now and then, for time passes."""
        now = self._clock.now()
        for state in self.states():
            who, used = state.profile.value, state.enabled
            soon = state.expires is not None and state.expires - WARNING <= now < state.expires
            gone = state.expires is not None and state.expires <= now
            default = state.is_default and (used or state.profile in FACTORY_ALARM)
            locked = state.locked_for is not None
            reasons = {
                DEFAULT: f"{who} still has the factory's password" if default else "",
                EXPIRING: f"the password of {who} ends in some days" if used and soon else "",
                EXPIRED: f"the password of {who} is older than a year" if used and gone else "",
                LOCKED: f"{who} is locked after failed logins" if locked else "",
            }
            for name, reason in reasons.items():
                self._conditions.judge(name, who, reason)

    @property
    def _rule(self) -> Rule:
        return Rule(self._policy().password_rule)

    def _expiry(self, account: Account) -> datetime | None:
        lifetime: timedelta | None = self._rule.lifetime
        return account.changed + lifetime if account.changed and lifetime else None

    async def _checked(
        self, profile: Profile, client: str, what: str, check: Callable[[], Awaitable[bool]]
    ) -> None:
        """Take a try before anything is hashed, and give it back if it was right."""
        allowed, seconds = self._policy().login_tries, self._policy().lock_minutes * 60.0
        if profile not in DEFAULTS:
            raise Denied(WRONG)
        try:
            self._attempts.begin(profile, client, allowed)
        except AccessError:
            self._note(profile.value, client, what, "locked")
            raise
        try:
            right = await check()
        except BaseException:
            self._attempts.released(profile)
            raise
        if right and self._attempts.locked(profile) is None:
            self._attempts.forget(profile)
            self._note(profile.value, client, what, "done")
            return
        self._note(profile.value, client, what, "wrong password")
        self._attempts.failed(profile, allowed, seconds)
        self.judge()
        if self._attempts.locked(profile) is not None:
            raise Locked("this profile is locked now after failed logins")
        raise Denied(WRONG)

    async def _fits(self, profile: Profile, password: str) -> bool:
        account, given = self._book.accounts[profile], plain(password)
        right = await self._hashing.fits(account.hash or NOBODY, given)
        if account.is_default:
            right = given in map(plain, DEFAULTS[profile])
        return right and account.enabled

    async def _renew(
        self, profile: Profile, new: str, also: Callable[[Book], Book] = lambda book: book
    ) -> None:
        hashed = await self._hash(new)
        await self._keep(
            lambda book: also(book).having(profile, hash=hashed, changed=self._clock.now())
        )
        self._attempts.forget(profile)
        self._changed.tell(profile)

    async def _rehash(self, profile: Profile, former: str, password: str) -> None:
        """The same password by today's parameters; where that fails, the next login does it."""
        with suppress(Denied, SettingsError):
            hashed = await self._hash(password)
            await self._keep(
                lambda book: (
                    book.having(profile, hash=hashed)
                    if book.accounts[profile].hash == former
                    else book
                )
            )

    async def _hash(self, password: str) -> str:
        return await self._hashing.of(plain(password))

    async def _keep(self, change: Callable[[Book], Book]) -> None:
        """Write what the change makes of the book as it is once all others have been written."""
        async with self._writing:
            book = change(self._book)
            try:
                await asyncio.to_thread(save, self._state, book)
            except OSError as error:
                raise SettingsError(
                    f"the accounts cannot be written: {error.strerror}; nothing was changed"
                ) from error
            self._book = book
        self.judge()
