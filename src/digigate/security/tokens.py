"""API tokens: keys of programs, named, scoped and mortal; only a digest of each is kept."""

import asyncio
import logging
import secrets
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from digigate.clock import Clock
from digigate.errors import SettingsError
from digigate.security.digest import digest
from digigate.settings.profiles import Profile
from digigate.settings.sections import Policy
from digigate.state import StateDirectory

log = logging.getLogger(__name__)

TOKENS = "tokens.json"
PREFIX = "digigate_"
"""So that people and scanners of source code recognise one that lies where it should not."""
OCTETS = 32
TOKENS_MAX = 64
USE_SHOWN = timedelta(hours=1)
"""How exactly the last use is known: no request shall cost a write."""


@dataclass(frozen=True, slots=True)
class Token:
    """One of them; the digest is no way back to its secret, which is random."""

    id: str
    name: str
    profile: Profile
    """Whose rights it has."""
    read_only: bool
    """Whether it may only look."""
    maker: str
    created: datetime
    expires: datetime
    digest: str
    used: datetime | None = None
    """Within an hour; None = never."""


class Tokens:
    """All of one gateway; none is good while `policy.api_tokens` is off."""

    def __init__(self, state: StateDirectory, clock: Clock, policy: Callable[[], Policy]) -> None:
        self._state = state
        self._clock = clock
        self._policy = policy
        self._tokens = _load(state)
        self._writing = asyncio.Lock()
        self._unwritten = False

    async def add(
        self, name: str, profile: Profile, days: int, *, read_only: bool = False, maker: str = ""
    ) -> tuple[str, Token]:
        """A new token and its secret, which is told this once.

        Raises:
            SettingsError: the name is taken, there are too many, or it cannot be written.
        """
        secret, now = PREFIX + secrets.token_urlsafe(OCTETS), self._clock.now()
        token = Token(
            secrets.token_hex(4), name, profile, read_only, maker,
            now, now + timedelta(days=days), digest(secret),
        )  # fmt: skip

        def added(tokens: dict[str, Token]) -> dict[str, Token]:
            if any(other.name == name for other in tokens.values()):
                raise SettingsError(f"there is a token {name!r} already; revoke it first")
            if len(tokens) >= TOKENS_MAX:
                raise SettingsError(f"there are {TOKENS_MAX} tokens already; revoke one first")
            return {**tokens, token.digest: token}

        await self._keep(added)
        return secret, token

    def find(self, secret: str) -> Token | None:
        """The token of this secret if it is good now; that counts as a use of it."""
        token = self._tokens.get(digest(secret))
        if token is None or not self.is_good(token):
            return None
        now = self._clock.now()
        if token.used is None or abs(now - token.used) >= USE_SHOWN:
            token = self._tokens[token.digest] = replace(token, used=now)
            self._unwritten = True
        return token

    def is_good(self, token: Token) -> bool:
        """Whether it opens anything now: not revoked, not expired, and the policy wants tokens."""
        allowed = self._policy().api_tokens and token.digest in self._tokens
        return allowed and self._clock.now() < token.expires

    def list(self) -> tuple[Token, ...]:
        """All that were not revoked, oldest first; expired ones too."""
        return tuple(sorted(self._tokens.values(), key=lambda token: token.created))

    def named(self, id: str) -> Token:  # noqa: A002 -- as it is listed
        """The token that is listed so; raises SettingsError where there is none."""
        for token in self._tokens.values():
            if token.id == id:
                return token
        raise SettingsError(f"there is no token {id!r}; `tokens` lists those that there are")

    async def revoke(self, id: str) -> Token:  # noqa: A002
        """It opens nothing from now on.

        Raises:
            SettingsError: there is none, or it cannot be written, and then it stays good.
        """
        token = self.named(id)
        await self._keep(lambda tokens: {d: t for d, t in tokens.items() if d != token.digest})
        return token

    async def write_uses(self) -> None:
        """Keep when they were last used; call it now and then."""
        if not self._unwritten:
            return
        try:
            await self._keep(dict)
        except SettingsError as error:
            log.warning("the uses of tokens are not kept", extra={"reason": str(error)})

    async def _keep(self, change: Callable[[dict[str, Token]], dict[str, Token]]) -> None:
        async with self._writing:
            wanted, self._unwritten = change(self._tokens), False
            try:
                await asyncio.to_thread(_save, self._state, wanted.values())
            except OSError as error:
                self._unwritten = True
                raise SettingsError(
                    f"the tokens cannot be written: {error.strerror}; nothing was changed"
                ) from error
            used_meanwhile = {d: t for d, t in self._tokens.items() if d in wanted}
            self._tokens = wanted | used_meanwhile


def _load(state: StateDirectory) -> dict[str, Token]:
    """What is kept; a file that makes no sense is set aside and opens nothing."""
    found = state.read_json(TOKENS)
    if found is None:
        return {}
    try:
        tokens = [_token(kept) for kept in found["tokens"]]
    except (KeyError, TypeError, ValueError) as error:
        state.set_aside(TOKENS, repr(error))
        return {}
    return {token.digest: token for token in tokens}


def _save(state: StateDirectory, tokens: Iterable[Token]) -> None:
    state.write_json(TOKENS, {"tokens": [_kept(token) for token in tokens]})


def _kept(token: Token) -> dict[str, Any]:
    moments = {"created": token.created, "expires": token.expires, "used": token.used}
    return asdict(token) | {name: at and at.isoformat() for name, at in moments.items()}


def _token(kept: dict[str, Any]) -> Token:
    used = kept["used"]
    return Token(
        id=str(kept["id"]),
        name=str(kept["name"]),
        profile=Profile(kept["profile"]),
        read_only=bool(kept["read_only"]),
        maker=str(kept["maker"]),
        created=datetime.fromisoformat(kept["created"]),
        expires=datetime.fromisoformat(kept["expires"]),
        digest=str(kept["digest"]),
        used=datetime.fromisoformat(used) if used else None,
    )
