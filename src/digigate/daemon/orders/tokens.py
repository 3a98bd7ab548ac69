"""`tokens.*`: keys of programs, as administrators make and revoke them; never by such a key."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, Literal

from pydantic import Field

from digigate.commands import Arguments, Caller, Command, Commands, ForCaller, Json
from digigate.errors import Denied, SettingsError
from digigate.security.tokens import Token, Tokens
from digigate.settings.profiles import ADMINISTRATORS, OFFICER, Profile

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,39}$")]


class NewToken(Arguments):
    """What it is called, whose rights it has, and for how long; Totem is for a person's eyes."""

    name: Name
    profile: Literal[Profile.USER, Profile.ADVANCED, Profile.ADMIN, Profile.CYBER]
    days: Annotated[int, Field(ge=1, le=3650)] = 365
    read_only: bool = False


class OfToken(Arguments):
    """Which token, by what `tokens` calls it."""

    id: str


def enter_tokens(commands: Commands, tokens: Tokens, allowed: Callable[[], bool]) -> None:
    """List them, make one, revoke one; `allowed` says whether the policy wants any."""

    async def show(_: Arguments) -> Json:
        return {"tokens": [_told(token) for token in tokens.list()], "allowed": allowed()}

    async def add(asked: NewToken, who: Caller) -> Json:
        if who.program:
            raise Denied("a token makes no tokens: log in")
        if not allowed():
            raise SettingsError("tokens are switched off; set policy.api_tokens first")
        secret, token = await tokens.add(
            asked.name, asked.profile, asked.days, read_only=asked.read_only, maker=who.name
        )
        return {"token": _told(token), "secret": secret}

    async def revoke(asked: OfToken, who: Caller) -> Json:
        if not who.owner and who.profile not in _masters(tokens.named(asked.id).profile):
            raise Denied(f"{who.name} may not revoke a token of cyber")
        return _told(await tokens.revoke(asked.id))

    def makers(asked: NewToken) -> frozenset[Profile]:
        return _masters(asked.profile)

    commands.add(Command("tokens", Arguments, show, ADMINISTRATORS, audited=False))
    commands.add(Command("tokens.add", NewToken, ForCaller(add), ADMINISTRATORS, rights=makers))
    commands.add(Command("tokens.revoke", OfToken, ForCaller(revoke), ADMINISTRATORS))


def _masters(profile: Profile) -> frozenset[Profile]:
    """Who gives and takes tokens with the rights of this profile: nobody more than his own."""
    return OFFICER if profile is Profile.CYBER else ADMINISTRATORS


def _told(token: Token) -> dict[str, Json]:
    facts = asdict(token)
    del facts["digest"]
    moments = {"created": token.created, "expires": token.expires, "used": token.used}
    return facts | {name: at and at.isoformat() for name, at in moments.items()}
