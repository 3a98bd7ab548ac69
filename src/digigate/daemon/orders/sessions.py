"""`sessions`, `sessions.end`: who is logged in, and sending somebody out."""

from digigate.commands import Arguments, Command, Commands, Json
from digigate.errors import SettingsError
from digigate.security.sessions import Sessions
from digigate.settings.profiles import OFFICER


class OfSession(Arguments):
    """Which session, by what `sessions` calls it."""

    id: str


def enter_sessions(commands: Commands, sessions: Sessions) -> None:
    """List the open sessions and end one of them."""

    async def show(_: Arguments) -> Json:
        return [
            {
                "id": session.handle,
                "profile": session.profile,
                "client": session.client,
                "since": session.since.isoformat(),
                "seconds_left": sessions.seconds_left(session),
            }
            for session in sessions.all()
        ]

    async def end(asked: OfSession) -> Json:
        session = sessions.named(asked.id)
        if session is None:
            raise SettingsError(f"there is no session {asked.id!r}; it may have ended by itself")
        sessions.end(session)
        return {"profile": session.profile, "client": session.client}

    commands.add(Command("sessions", Arguments, show, OFFICER, audited=False))
    commands.add(Command("sessions.end", OfSession, end, OFFICER))
