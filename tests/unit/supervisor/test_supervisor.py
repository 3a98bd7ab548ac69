"""Services are kept alive, restarted when their settings change, and stopped in time."""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from digigate.clock import Clock
from digigate.conditions import Conditions
from digigate.errors import ListenError, SettingsError
from digigate.supervisor import Health, Off, Ready, Service, ServiceState, Supervisor


@dataclass(frozen=True)
class Tree:
    """Settings of two services."""

    a: int = 0
    b: int = 0


@dataclass
class Steady:
    """Runs until cancelled and notes what happens."""

    value: int
    notes: list[str]

    async def run(self, ready: Ready) -> None:
        self.notes.append(f"up {self.value}")
        ready()
        try:
            await asyncio.Event().wait()
        finally:
            self.notes.append(f"down {self.value}")


@dataclass
class Script:
    """Each start plays the next act; the last one is played for ever."""

    acts: list[Callable[[Ready], object]]
    starts: int = 0
    seen: list[int] = field(default_factory=list)

    def service(self, value: int) -> Service:
        self.seen.append(value)
        return self

    async def run(self, ready: Ready) -> None:
        act = self.acts[min(self.starts, len(self.acts) - 1)]
        self.starts += 1
        act(ready)
        await asyncio.Event().wait()


def fail_with(error: BaseException) -> Callable[[Ready], object]:
    def act(_: Ready) -> None:
        raise error

    return act


def serve(ready: Ready) -> None:
    ready()


async def eventually(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not happened():  # noqa: ASYNC110 -- what is waited for knows no events
            await asyncio.sleep(0)


class Bench:
    """A supervisor that tries again at once, and what it told."""

    def __init__(self, pauses: tuple[float, ...] = (0,)) -> None:
        self.conditions = Conditions(Clock())
        self.supervisor: Supervisor[Tree] = Supervisor(
            self.conditions, Clock(), pauses=pauses, stop_within=0.2
        )

    def script(self, *acts: Callable[[Ready], object], name: str = "a") -> Script:
        script = Script(list(acts))
        self.supervisor.wire(name, lambda tree: tree.a, script.service)
        return script

    def health(self, name: str) -> Health:
        return next(h for h in self.supervisor.health() if h.name == name)

    def wrong(self) -> set[tuple[str, str]]:
        return {(c.name, c.subject) for c in self.conditions.active() if c.name != "loop.lag"}

    @asynccontextmanager
    async def running(self, tree: Tree | None = None) -> AsyncIterator[None]:
        task = asyncio.create_task(self.supervisor.run(tree or Tree()))
        await asyncio.sleep(0)
        async with asyncio.timeout(30):
            await self.supervisor.settled()
            yield
        task.cancel()
        await asyncio.wait({task})
        assert task.cancelled()

    async def until(self, name: str, state: ServiceState) -> None:
        await eventually(lambda: self.health(name).state is state)


async def test_services_run_and_end_with_the_supervisor() -> None:
    bench, notes = Bench(), list[str]()
    bench.supervisor.wire("a", lambda tree: tree.a, lambda value: Steady(value, notes))
    async with bench.running(Tree(a=5)):
        assert bench.health("a").state is ServiceState.READY
        assert notes == ["up 5"]
    assert notes == ["up 5", "down 5"]
    assert bench.health("a").state is ServiceState.STOPPED


async def test_only_the_service_whose_view_changed_starts_anew() -> None:
    bench, notes = Bench(), list[str]()
    bench.supervisor.wire("a", lambda tree: tree.a, lambda value: Steady(value, notes))
    bench.supervisor.wire("b", lambda tree: tree.b, lambda value: Steady(value + 100, notes))
    async with bench.running():
        notes.clear()
        bench.supervisor.apply(Tree(a=0, b=7))
        await bench.supervisor.settled()
        assert notes == ["down 100", "up 107"]
        bench.supervisor.apply(Tree(a=0, b=7))
        await bench.supervisor.settled()
        assert len(notes) == 2


async def test_a_service_that_is_not_wanted_is_off_until_it_is() -> None:
    bench, notes = Bench(), list[str]()

    def start(value: int) -> Service | Off:
        return Steady(value, notes) if value else Off("not wanted")

    bench.supervisor.wire("a", lambda tree: tree.a, start)
    async with bench.running():
        assert (bench.health("a").state, bench.health("a").reason) == ("off", "not wanted")
        assert bench.wrong() == set()
        bench.supervisor.apply(Tree(a=5))
        await bench.until("a", ServiceState.READY)
        bench.supervisor.apply(Tree(a=0))
        await bench.until("a", ServiceState.OFF)
        assert notes == ["up 5", "down 5"]


async def test_a_view_that_fails_changes_nothing() -> None:
    bench, notes = Bench(), list[str]()
    bench.supervisor.wire("a", lambda tree: tree.a, lambda value: Steady(value, notes))
    bench.supervisor.wire("b", lambda tree: 10 // (tree.b - 9), lambda value: Steady(value, notes))
    async with bench.running():
        notes.clear()
        with pytest.raises(ZeroDivisionError):
            bench.supervisor.apply(Tree(a=1, b=9))
        await asyncio.sleep(0)
        assert notes == []


async def test_a_failed_service_is_tried_again_until_it_serves() -> None:
    bench = Bench()
    busy = ListenError("port 502 is already in use")
    script = bench.script(fail_with(busy), fail_with(busy), fail_with(OSError("gone")), serve)
    raised: list[tuple[str, bool]] = []
    with bench.conditions.watch(lambda c, active: raised.append((f"{c.name}@{c.subject}", active))):
        async with bench.running():
            await bench.until("a", ServiceState.READY)
            assert bench.wrong() == set()
    assert script.starts == 4
    assert [r for r in raised if "lag" not in r[0]] == [
        ("service.failed@a", True),
        ("service.failed@a", False),
    ]


async def test_a_failure_leaves_the_others_alone() -> None:
    bench, notes = Bench((3600,)), list[str]()
    bench.script(fail_with(RuntimeError("bug")))
    bench.supervisor.wire("b", lambda tree: tree.b, lambda value: Steady(value, notes))
    async with bench.running():
        assert bench.health("a").state is ServiceState.FAILED
        assert bench.health("a").reason == "RuntimeError: bug"
        assert bench.health("b").state is ServiceState.READY
        assert bench.wrong() == {("service.failed", "a")}
    assert notes == ["up 0", "down 0"]


async def test_an_expected_failure_is_one_line_and_a_bug_a_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bench = Bench()
    busy, bug = ListenError("port 502 is\nalready in use"), KeyError("x")
    bench.script(*[fail_with(busy)] * 3, *[fail_with(bug)] * 3, serve)
    with caplog.at_level(logging.INFO, logger="digigate.supervisor"):
        async with bench.running():
            await bench.until("a", ServiceState.READY)
    lines = [r for r in caplog.records if "failed" in r.message]
    assert [(vars(r)["reason"], bool(r.exc_info)) for r in lines] == [
        ("port 502 is already in use", False),
        ("KeyError: 'x'", True),
    ]


async def test_refused_settings_wait_for_others() -> None:
    bench = Bench()
    script = bench.script(fail_with(SettingsError("buses.digiware.port is empty")), serve)
    async with bench.running(Tree(a=1)):
        for _ in range(20):
            await asyncio.sleep(0)
        assert script.starts == 1
        health = bench.health("a")
        assert (health.state, health.reason) == (
            ServiceState.REFUSED,
            "buses.digiware.port is empty",
        )
        assert bench.wrong() == {("service.refused", "a")}
        bench.supervisor.apply(Tree(a=1, b=2))
        bench.supervisor.apply(Tree(a=2, b=2))
        await bench.supervisor.settled()
        assert script.seen == [1, 2]
        assert bench.health("a").state is ServiceState.READY
        assert bench.wrong() == set()


async def test_a_factory_may_refuse_too() -> None:
    bench = Bench()

    def factory(value: int) -> Service:
        raise SettingsError("no")

    bench.supervisor.wire("a", lambda tree: tree.a, factory)
    async with bench.running():
        assert bench.health("a").state is ServiceState.REFUSED


@pytest.mark.parametrize(
    ("errors", "state", "reason"),
    [
        ([SettingsError("x"), SettingsError("y")], ServiceState.REFUSED, "x; y"),
        ([ListenError("x"), ListenError("x")], ServiceState.FAILED, "x"),
        ([SettingsError("x"), OSError("y")], ServiceState.FAILED, "x; y"),
    ],
)
async def test_a_task_group_fails_of_what_is_inside(
    errors: list[Exception], state: ServiceState, reason: str
) -> None:
    bench = Bench((3600,))
    bench.script(fail_with(ExceptionGroup("outer", [ExceptionGroup("inner", errors)])))
    async with bench.running():
        assert (bench.health("a").state, bench.health("a").reason) == (state, reason)


async def test_a_service_that_ends_by_itself_has_failed() -> None:
    bench = Bench((3600,))

    @dataclass
    class Short:
        value: int

        async def run(self, ready: Ready) -> None:
            ready()
            if self.value:
                raise asyncio.CancelledError

    bench.supervisor.wire("returns", lambda tree: tree.a, Short)
    bench.supervisor.wire("cancels", lambda tree: tree.b, Short)
    async with bench.running(Tree(a=0, b=1)):
        for name in ("returns", "cancels"):
            await bench.until(name, ServiceState.FAILED)
            assert bench.health(name).reason == "it ended by itself"


async def test_new_settings_end_the_pause() -> None:
    bench = Bench((3600,))
    script = bench.script(fail_with(OSError("x")), serve)
    async with bench.running():
        bench.supervisor.apply(Tree(a=1))
        await bench.supervisor.settled()
        assert script.starts == 2
        assert bench.wrong() == set()


async def test_pauses_grow_and_ready_makes_them_short_again() -> None:
    bench = Bench((0, 0, 3600))

    def ready_then_fail(ready: Ready) -> None:
        ready()
        raise OSError("after a while")

    gone = fail_with(OSError("gone"))
    script = bench.script(gone, gone, ready_then_fail, gone, gone, gone)
    async with bench.running():
        await eventually(lambda: script.starts == 5)
        for _ in range(50):
            await asyncio.sleep(0)
    assert script.starts == 5


async def test_one_that_will_not_stop_is_named_and_left(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bench, notes = Bench(), list[str]()
    free = asyncio.Event()

    @dataclass
    class Stubborn:
        value: int

        async def run(self, ready: Ready) -> None:
            ready()
            try:
                await asyncio.Event().wait()
            finally:
                await free.wait()
                notes.append("stubborn is down")

    bench.supervisor.wire("stubborn", lambda tree: tree.a, Stubborn)
    bench.supervisor.wire("b", lambda tree: tree.b, lambda value: Steady(value, notes))
    async with bench.running():
        pass
    assert notes == ["up 0", "down 0"]
    assert bench.supervisor.stuck() == ("stubborn",)
    assert [vars(r)["service"] for r in caplog.records if "did not stop" in r.message] == [
        "stubborn"
    ]
    free.set()
    await eventually(lambda: "stubborn is down" in notes)


async def test_a_failure_while_stopping_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench()

    @dataclass
    class Clumsy:
        value: int

        async def run(self, ready: Ready) -> None:
            ready()
            try:
                await asyncio.Event().wait()
            finally:
                raise RuntimeError("while closing")

    bench.supervisor.wire("a", lambda tree: tree.a, Clumsy)
    async with bench.running():
        pass
    assert "failed while stopping" in caplog.text
    assert bench.supervisor.stuck() == ()


async def test_a_late_ready_of_a_former_run_counts_for_nothing() -> None:
    bench = Bench()
    kept: list[Ready] = []
    bench.script(kept.append, fail_with(SettingsError("no")))
    task = asyncio.create_task(bench.supervisor.run(Tree()))
    await eventually(lambda: bool(kept))
    assert bench.health("a").state is ServiceState.STARTING
    bench.supervisor.apply(Tree(a=1))
    await bench.supervisor.settled()
    kept[0]()
    assert bench.health("a").state is ServiceState.REFUSED
    task.cancel()
    await asyncio.wait({task})


async def test_a_failure_that_nobody_owns_is_a_condition() -> None:
    bench = Bench()
    bench.script(serve)

    def broken() -> None:
        raise RuntimeError("in a callback")

    async def forgotten() -> None:
        raise RuntimeError("in a task")

    async with bench.running():
        asyncio.get_running_loop().call_soon(broken)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert bench.wrong() == {("service.failed", "loop")}
        assert "in a callback" in bench.conditions.active("service.failed")[0].reason
        lost = asyncio.create_task(forgotten())
        await asyncio.wait({lost})
        del lost
        gc.collect()
        assert "in a task" in bench.conditions.active("service.failed")[0].reason
        assert bench.health("a").state is ServiceState.READY


async def test_settled_waits_for_every_service() -> None:
    bench = Bench((3600,))
    late: list[Ready] = []
    bench.script(late.append)
    bench.script(fail_with(OSError("x")), name="b")
    task = asyncio.create_task(bench.supervisor.run(Tree()))
    waiting = asyncio.create_task(bench.supervisor.settled())
    await bench.until("b", ServiceState.FAILED)
    assert not waiting.done()
    late[0]()
    async with asyncio.timeout(30):
        await waiting
    task.cancel()
    await asyncio.wait({task})
