"""One visit to a page: who reads it, what may be ordered from it, and what went wrong with it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from aiohttp import web

from digigate.errors import DigigateError, Locked
from digigate.services.web.entrance import caller_of, client_of, recognised
from digigate.services.web.keys import VIEW
from digigate.services.web.markup import Html, Part, element, joined, notice, single
from digigate.services.web.office.sent import Misfilled, Sent, sent
from digigate.services.web.plain import Talk, document, talk
from digigate.services.web.route import Handler
from digigate.settings.profiles import Profile
from digigate.settings.sections import Settings
from digigate.supervisor import UNWELL


@dataclass(frozen=True, slots=True)
class Refusal:
    """A form that could not be done: why, what is wrong with which input, and what was typed."""

    form: str
    why: Part
    faults: Mapping[str, str] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a page is made; `answer` is what the form before it was told, shown this once."""

    request: web.Request
    said: Talk
    refusal: Refusal | None = None
    answer: Any = None

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self.request.app[VIEW].settings()

    @property
    def session(self) -> str:
        """What this visitor's own session is called where sessions are listed."""
        session = recognised(self.request).session
        return session.handle if session else ""

    @property
    def client(self) -> str:
        """The address that this visitor comes from."""
        return client_of(self.request)

    def trouble(self, service: str) -> str:
        """Why a service does not run; empty where it does, or is off."""
        health = self.request.app[VIEW].health()
        return next((h.reason for h in health if h.name == service and h.state in UNWELL), "")

    def may(self, command: str) -> bool:
        """Whether there is such a command and this visitor may order it."""
        entries = self.request.app[VIEW].commands.entries
        return any(e.name == command and self.said.profile in e.profiles for e in entries)

    async def ask(self, command: str, **arguments: object) -> Any:  # noqa: ANN401 -- JSON
        """Order something in the visitor's name; raises as `Commands.execute`."""
        commands = self.request.app[VIEW].commands
        return await commands.execute(command, arguments, caller_of(self.request))

    def refused(self, form: str) -> Refusal | None:
        """Why this form was refused, if it was that one."""
        return self.refusal if self.refusal and self.refusal.form == form else None

    def typed(self, form: str, name: str, otherwise: str = "") -> str:
        """What was typed into an input of a form that was refused."""
        refused = self.refused(form)
        return refused.typed.get(name, "") if refused else otherwise

    def fault(self, form: str, name: str) -> str:
        """What is wrong with an input."""
        refused = self.refused(form)
        return refused.faults.get(name, "") if refused else ""

    def form(self, action: str, *inside: Part, files: bool = False) -> Html:
        """A form, headed by why it was refused; with `files` it can send some."""
        above: list[Part] = []
        if refused := self.refused(action):
            above.append(_alert(refused.why))
        kind = "multipart/form-data" if files else "application/x-www-form-urlencoded"
        return self.said.form(action, *above, *inside, enctype=kind)

    def small(self, action: str, text: str, *, kind: str = "plain", **hidden: str) -> Html:
        """A form of one button; why it was refused stands on top of the page."""
        fields = (single("input", type="hidden", name=n, value=v) for n, v in hidden.items())
        return self.said.form(action, *fields, element("button", text, class_=kind), class_="small")

    def moment(self, iso: str | None) -> Part:
        """A point in time as people write it, in the gateway's zone."""
        if iso is None:
            return "–"
        local = datetime.fromisoformat(iso).astimezone(self.request.app[VIEW].clock.zone)
        return element("time", local.strftime(self.said("office.moment")), datetime=iso)

    def page(self, title: str, *main: Part, tabs: Part = "") -> web.Response:
        """The whole page, with what was done or refused on top where no form shows it."""
        above: list[Part] = [tabs]
        done = f"office.done.{self.request.query.get('done', '')}"
        if self.request.method == "GET" and done in self.said.words:
            above.append(notice(self.said(done)))
        body = joined(main)
        if self.refusal is not None and _alert(self.refusal.why).text not in body.text:
            above.append(_alert(self.refusal.why))
        status = 400 if self.refusal else 200
        return document(self.request, self.said, title, *above, body, status=status)


Page = Callable[[Desk], Awaitable[web.Response]]
Effect = Callable[[Desk, Sent], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Deed:
    """What a form does, and the page that it stands on; `shown` = that page tells the answer."""

    path: str
    effect: Effect
    page: Page
    done: str  # `back?done=…` says so in words
    back: str  # where the page is
    shown: bool = False
    profile: Profile = Profile.CYBER


def read(page: Page) -> Handler:
    """The handler that shows a page."""

    async def show(request: web.Request) -> web.StreamResponse:
        return await page(Desk(request, talk(request)))

    return show


def done(deed: Deed) -> Handler:
    """The handler that does a deed, then leads to its page, or shows it with what was refused."""

    async def handle(request: web.Request) -> web.StreamResponse:
        desk, form = Desk(request, talk(request)), await sent(request)
        try:
            answer = await deed.effect(desk, form)
        except Misfilled as error:
            refusal = Refusal(deed.path, str(error), error.faults, form.texts)
            return await deed.page(replace(desk, refusal=refusal))
        except (DigigateError, ValueError) as error:
            refusal = Refusal(deed.path, reason(desk.said, error), {}, form.texts)
            return await deed.page(replace(desk, refusal=refusal))
        if deed.shown:
            return await deed.page(replace(desk, answer=answer))
        raise web.HTTPSeeOther(f"{deed.back}?done={deed.done}")

    return handle


def returned(deed: Deed) -> Handler:
    """Leads to the page whoever asks for a form's own path: by a reload, or for a language."""

    async def lead(request: web.Request) -> web.StreamResponse:
        raise web.HTTPSeeOther(deed.back + (f"?{request.query_string}" if request.query else ""))

    return lead


def reason(said: Talk, error: Exception) -> Part:
    """Why the gateway refused; its own words are English, and are marked as such."""
    if isinstance(error, Locked):
        return said("plain.login.locked")
    return joined((said("office.refused"), " ", element("span", str(error), lang="en")))


def _alert(why: Part) -> Html:
    """The browser scrolls to it, and a screen reader reads it."""
    return element("p", why, class_="bad", role="alert", tabindex="-1", autofocus=True)
