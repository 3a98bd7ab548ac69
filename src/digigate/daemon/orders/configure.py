"""`configure.show`, `configure.set`: the tasks of "Easy Config" for one slave (§12)."""

from dataclasses import asdict
from typing import Annotated

from pydantic import Field

from digigate.bus.configuring import Outcome, Setting, Vocabulary, configure, show
from digigate.bus.roster import Roster
from digigate.catalogue import Catalogue
from digigate.commands import Arguments, Command, Commands, Json
from digigate.settings.profiles import ADMINISTRATORS, EVERYBODY

Unit = Annotated[int, Field(ge=1, le=247)]
CLIENT = "configure"


class Show(Arguments):
    """Which slave, and which of its tasks; all where none is named."""

    address: Unit
    tasks: tuple[str, ...] = ()


class Set(Arguments):
    """What is wanted, by task, in its order; `agreed` where a task says that something is lost."""

    address: Unit
    settings: Annotated[dict[str, str], Field(min_length=1)]
    agreed: bool = False


def enter_configure(commands: Commands, roster: Roster, catalogue: Catalogue) -> None:
    """Look at a slave's settings and change them."""
    vocabulary = Vocabulary(catalogue.quantities)

    async def look(asked: Show) -> Json:
        async with roster.talk(asked.address, CLIENT) as talk:
            found = await show(talk, vocabulary, asked.tasks)
        return {
            "address": asked.address,
            "model": talk.model.key,
            "settings": [_setting(each) for each in found],
        }

    async def change(asked: Set) -> Json:
        async with roster.talk(asked.address, CLIENT, writing=True) as talk:
            outcome = await configure(talk, vocabulary, asked.settings, agreed=asked.agreed)
        return {"address": asked.address, "model": talk.model.key, **outcome_told(outcome)}

    commands.add(Command("configure.show", Show, look, EVERYBODY, audited=False))
    commands.add(Command("configure.set", Set, change, ADMINISTRATORS))


def _setting(setting: Setting) -> Json:
    place = setting.job.place
    return {
        "key": setting.job.key,
        "task": place.task,
        "number": setting.job.number,
        "group": place.group,
        "form": place.form,
        "value": setting.value,
        "unit": place.unit,
        "allowed": setting.allowed,
        "choices": list(place.choices),
        "risk": place.risk,
    }


def outcome_told(outcome: Outcome) -> dict[str, Json]:
    """What became of all wishes, as JSON."""
    return {
        "done": outcome.done,
        "saved": outcome.saved,
        "fault": outcome.fault,
        "steps": [asdict(step) for step in outcome.steps],
    }
