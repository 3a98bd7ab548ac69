"""Read and change settings of one slave: all checked first, then written, saved and read back."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from digigate.bus.configuring.tasks import Form, Job, Risk, jobs
from digigate.bus.configuring.values import DONE, Vocabulary, Words, allowed, to_text, to_words
from digigate.bus.conversation import Conversation
from digigate.bus.vocabulary import exception_words
from digigate.catalogue import Block, Model, Point
from digigate.errors import SettingsError, SlaveError, SlaveException, SlaveTimeout

UNREAD = ""
"""The value of what cannot be read."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One task with what the slave says now."""

    job: Job
    value: str

    @property
    def allowed(self) -> str:
        """What may be written."""
        return allowed(self.job)


@dataclass(frozen=True, slots=True)
class Step:
    """What became of one wish; `written` without `fault` means that it holds."""

    key: str
    wanted: str
    before: str
    after: str = UNREAD
    written: bool = False
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of all wishes, in their order."""

    steps: tuple[Step, ...]
    saved: bool
    fault: str = ""

    @property
    def done(self) -> bool:
        """Whether everything that was wanted is so now."""
        return not self.fault and all(step.written and not step.fault for step in self.steps)


@dataclass(frozen=True, slots=True)
class _Wish:
    job: Job
    text: str
    words: Words


async def show(
    talk: Conversation, vocabulary: Vocabulary, wanted: Sequence[str] = ()
) -> tuple[Setting, ...]:
    """What can be configured and how it is now: all of it, or the wanted tasks.

    Raises:
        SettingsError: the model has no such task.
        SlaveTimeout: the slave does not answer.
    """
    chosen = list(_chosen(talk.model, wanted)) if wanted else list(jobs(talk.model).values())
    pages = _Pages(talk)
    return tuple([Setting(job, await pages.text(job, vocabulary)) for job in chosen])


async def configure(
    talk: Conversation, vocabulary: Vocabulary, wishes: Mapping[str, str], *, agreed: bool
) -> Outcome:
    """Carry out all wishes in their order; ends at the first that the slave refuses.

    Raises:
        SettingsError: one cannot be, or its risk is not agreed to; nothing was written.
        SlaveTimeout: the slave did not answer before anything was written.
    """
    checked = [_checked(talk.model, key, text, vocabulary) for key, text in wishes.items()]
    if not agreed:
        _warn(wish.job for wish in checked)
    pages = _Pages(talk)
    steps = [
        Step(wish.job.key, wish.text, await pages.text(wish.job, vocabulary)) for wish in checked
    ]
    steps, fault = await _write_all(talk, checked, steps)
    saved = False
    if not fault and any(wish.job.place.form not in _COMMANDS for wish in checked):
        saved, fault = await _save(talk)
    return Outcome(tuple(await _read_back(talk, vocabulary, checked, steps)), saved, fault)


async def _write_all(
    talk: Conversation, wishes: Sequence[_Wish], steps: list[Step]
) -> tuple[list[Step], str]:
    done = list(steps)
    for index, wish in enumerate(wishes):
        try:
            await _write(talk, wish)
        except SlaveError as error:
            done[index] = replace(done[index], fault=_words(error))
            return done, f"{wish.job.key} was not written, and nothing after it"
        done[index] = replace(done[index], written=True)
    return done, ""


async def _write(talk: Conversation, wish: _Wish) -> None:
    """Registers side by side are written at once, as sequences that belong together must be."""
    points = [(p, w) for p, w in zip(wish.job.points, wish.words, strict=True) if w]
    if any(point.locked for point, _ in points):
        await talk.unlock()
    run: list[tuple[Point, bytes]] = []
    for point, words in points:
        if run and run[-1][0].address + run[-1][0].words != point.address:
            await _write_run(talk, run)
            run = []
        run.append((point, words))
    await _write_run(talk, run)


async def _write_run(talk: Conversation, run: Sequence[tuple[Point, bytes]]) -> None:
    await talk.write(run[0][0].address, b"".join(words for _, words in run))


async def _save(talk: Conversation) -> tuple[bool, str]:
    try:
        return await talk.save(), ""
    except SlaveTimeout:
        return False, "saving was not confirmed: the slave may be starting anew"
    except SlaveError as error:
        return False, f"written, but not saved: {_words(error)}; lost when its supply fails"


async def _read_back(
    talk: Conversation, vocabulary: Vocabulary, wishes: Sequence[_Wish], steps: Sequence[Step]
) -> list[Step]:
    pages = _Pages(talk)
    found = []
    for wish, step in zip(wishes, steps, strict=True):
        if not step.written or wish.job.place.form is Form.COMMAND:
            found.append(replace(step, after=DONE if step.written else UNREAD))
            continue
        try:
            after = await pages.text(wish.job, vocabulary)
        except SlaveError as error:
            lost = "does not answer any more" if isinstance(error, SlaveTimeout) else str(error)
            found.append(replace(step, fault=f"written, but not read back: the slave {lost}"))
            continue
        meant = to_text(wish.job, _as_read(wish), vocabulary)
        fault = "" if after == meant else f"written, but the slave says {after or 'nothing'}"
        found.append(replace(step, after=after, fault=fault))
    return found


def _as_read(wish: _Wish) -> Words:
    """The words by which the slave shows that it obeyed; an output shows its state."""
    if wish.job.place.form is not Form.SWITCH:
        return wish.words
    _, off, on = wish.words
    return [on, off, on]


def _checked(model: Model, key: str, text: str, vocabulary: Vocabulary) -> _Wish:
    job = next(_chosen(model, [key]))
    return _Wish(job, text, to_words(job, text, vocabulary))


def _chosen(model: Model, keys: Sequence[str]) -> Iterator[Job]:
    known = jobs(model)
    for key in keys:
        family = [job for job in known.values() if job.place.task == key]
        if key in known:
            yield known[key]
        elif len(family) == 1:
            yield family[0]
        elif family:
            last = family[-1].number
            raise SettingsError(f"say which {key}: {family[0].key} to {key}/{last}")
        else:
            tasks = dict.fromkeys(job.place.task for job in known.values())
            raise SettingsError(
                f"{model.name} has no {key!r}; it has {', '.join(tasks) or 'nothing to configure'}"
            )


def _warn(chosen: Iterator[Job]) -> None:
    for job in chosen:
        if job.place.risk is not Risk.NONE:
            raise SettingsError(f"{job.key}: {_RISKS[job.place.risk]}; say yes to do it (--yes)")


_COMMANDS = {Form.COMMAND, Form.SWITCH}
_RISKS = {
    Risk.SPEED: "the slave is lost until its bus has the same serial settings",
    Risk.LOSS: "what is counted so far is lost",
}


class _Pages:
    """The slave's registers, block by block, each block read once."""

    def __init__(self, talk: Conversation) -> None:
        self._talk = talk
        self._blocks = {block.name: block for block in talk.model.blocks}
        self._read: dict[str, bytes | None] = {}

    async def text(self, job: Job, vocabulary: Vocabulary) -> str:
        """What the slave says of a task; empty where it is a command or cannot be read."""
        if job.place.form is Form.COMMAND:
            return UNREAD
        words = [await self._words(point) for point in job.points]
        known = [data for data in words if data is not None]
        return to_text(job, known, vocabulary) if len(known) == len(words) else UNREAD

    async def _words(self, point: Point) -> bytes | None:
        block = self._blocks[point.block]
        if block.name not in self._read:
            self._read[block.name] = await self._page(block)
        data = self._read[block.name]
        if data is None:
            return None
        offset = 2 * (point.address - block.start)
        return data[offset : offset + 2 * point.words]

    async def _page(self, block: Block) -> bytes | None:
        try:
            return await self._talk.read(block.start, block.count)
        except SlaveException:  # a command, or a firmware without these registers
            return None


def _words(error: SlaveError) -> str:
    if isinstance(error, SlaveException):
        return f"the slave refuses: {exception_words(error.code)}"
    return str(error)
