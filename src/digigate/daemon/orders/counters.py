"""`counters`, `counters.reset`: begin what a slave has counted anew (§11.1)."""

from typing import Annotated

from pydantic import Field

from digigate.bus.configuring import DONE, Job, Vocabulary, configure, jobs
from digigate.bus.roster import Roster
from digigate.catalogue import Catalogue, Model
from digigate.commands import Arguments, Command, Commands, Json
from digigate.daemon.orders.configure import outcome_told
from digigate.errors import SettingsError
from digigate.settings.profiles import EVERYBODY, RESETTERS

CLIENT = "counters"
RESETS = "resets"
PREFIX = "reset-"


class Which(Arguments):
    """Which slave, and of which load; all of them where none is named."""

    address: Annotated[int, Field(ge=1, le=247)]
    load: Annotated[int | None, Field(ge=1, le=12)] = None


class Reset(Which):
    """Which of its counters, by the names of `counters`; what they counted is lost: `agreed`."""

    counters: Annotated[tuple[str, ...], Field(min_length=1)]
    agreed: bool = False


def enter_counters(commands: Commands, roster: Roster, catalogue: Catalogue) -> None:
    """Tell what a slave counts that can begin anew, and let it."""
    vocabulary = Vocabulary(catalogue.quantities)

    async def show(asked: Which) -> Json:
        device, model = roster.device(asked.address), roster.model(asked.address)
        told = _told(model, asked.load) if model else []
        return {"address": asked.address, "model": device.model, "counters": told}

    async def reset(asked: Reset) -> Json:
        async with roster.talk(asked.address, CLIENT, writing=True) as talk:
            wishes = {job.key: DONE for job in _wanted(talk.model, asked)}
            outcome = await configure(talk, vocabulary, wishes, agreed=asked.agreed)
        return {"address": asked.address, "model": talk.model.key, **outcome_told(outcome)}

    commands.add(Command("counters", Which, show, EVERYBODY, audited=False))
    commands.add(Command("counters.reset", Reset, reset, RESETTERS))


def _resets(model: Model, load: int | None) -> dict[str, list[Job]]:
    """The counters of this load, or of all, by name."""
    found: dict[str, list[Job]] = {}
    for job in jobs(model).values():
        if job.place.group == RESETS and load in (None, job.number):
            found.setdefault(job.place.task.removeprefix(PREFIX), []).append(job)
    return found


def _told(model: Model, load: int | None) -> list[Json]:
    return [
        {"name": name, "task": found[0].place.task, "loads": [job.number for job in found]}
        for name, found in _resets(model, load).items()
    ]


def _wanted(model: Model, asked: Reset) -> list[Job]:
    known = _resets(model, asked.load)
    if unknown := [name for name in asked.counters if name not in known]:
        where = f" of load {asked.load}" if asked.load else ""
        offered = ", ".join(known) or "none that can begin anew"
        raise SettingsError(f"{model.name} has no counter {unknown[0]!r}{where}; it has {offered}")
    return [job for name in dict.fromkeys(asked.counters) for job in known[name]]
