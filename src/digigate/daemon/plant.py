"""The simulated plant of `digigate demo`: runs `digigate-sim` beside us and keeps its clock."""

import asyncio
import json
import logging
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from digigate.clock import Clock
from digigate.errors import SettingsError, Unreachable
from digigate.settings.sections import Addressing, Buses, Parity
from digigate.settings.topology import BusName, Device, Load, Topology
from digigate.simulator.plant import BusPlan, Plant, SlavePlan
from digigate.supervisor import Ready, Service

log = logging.getLogger(__name__)

READY_WITHIN = 20.0  # seconds that the simulator may take to open its lines
STOP_WITHIN = 3.0


@dataclass(frozen=True, slots=True)
class PlantSite:
    """Where a simulated plant lives: its file, and the folder of its ttys and control socket."""

    file: Path
    plant: Plant
    folder: Path

    @property
    def control(self) -> Path:
        """The simulator's control socket."""
        return self.folder / "plant.sock"

    @property
    def drawn(self) -> Path:
        """Where the topology is kept that the plant gave at the last start."""
        return self.folder / "drawn.yaml"

    def buses(self) -> Buses:
        """Line settings that find each simulated bus."""
        lines = {name: self._line(name, plan) for name, plan in self.plant.buses.items()}
        return Buses.model_validate(lines)

    def topology(self) -> Topology:
        """The plant's slaves as a gateway would have found them.

        Nobody where slaves share addresses: such a plant is as it comes out of its boxes.

        Raises:
            SettingsError: they are more than a gateway can serve.
        """
        addresses = [slave.address for slave in self.plant.slaves]
        if len(set(addresses)) < len(addresses):
            return Topology()
        try:
            return Topology(devices=tuple(map(_device, self.plant.slaves)))
        except ValidationError as error:
            told = "; ".join(e["msg"].removeprefix("Value error, ") for e in error.errors())
            raise SettingsError(f"{self.file}: {told}") from error

    def _line(self, name: str, bus: BusPlan) -> dict[str, object]:
        return {
            "port": str(self.folder / f"{name}.tty"),
            "baudrate": bus.baudrate,
            "parity": Parity(bus.parity),
            "stop_bits": bus.stop_bits,
            "addressing": Addressing.PRIVATE,
        }


def _device(slave: SlavePlan) -> Device:
    return Device(
        address=slave.address,
        bus=BusName(slave.bus),
        model=slave.model,
        name=slave.name,
        serial=slave.serial,
        net_id=slave.net_id,
        loads=tuple(
            Load(number=load.number, name=load.name, usage=load.usage, type=load.type)
            for load in slave.loads
        ),
    )


class PlantService:
    """Runs the simulator as a child process; its end is a failure, so that it is started anew."""

    def __init__(self, site: PlantSite, clock: Clock) -> None:
        self._site = site
        self._clock = clock
        self._tried = asyncio.Event()

    def before(self, service: Service) -> Service:
        """The same service, begun only once the plant is up or has failed to come up."""
        return _After(self._tried, service)

    async def run(self, ready: Ready) -> None:
        """Start the plant, then hand on every change of the clock until cancelled."""
        process = await self._start()
        changed = asyncio.Event()
        try:
            with self._clock.watch(changed.set):
                await self._announced(process)
                await self._set_clock()
                ready()
                self._tried.set()
                await self._follow(process, changed)
        finally:
            self._tried.set()
            await _stop(process)

    async def _start(self) -> Process:
        self._site.folder.mkdir(parents=True, exist_ok=True)
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "digigate.simulator",
            str(self._site.file),
            "--pty",
            str(self._site.folder),
            "--control",
            str(self._site.control),
            "--speed",
            str(self._clock.speed),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=PIPE,
        )

    async def _announced(self, process: Process) -> None:
        try:
            async with asyncio.timeout(READY_WITHIN):
                line = await process.stdout.readline() if process.stdout else b""
        except TimeoutError:
            raise Unreachable(f"the simulator was not ready within {READY_WITHIN:.0f} s") from None
        if not line:
            raise Unreachable("the simulator ended while starting; its own message is above")
        log.info("plant is up", extra={"plant": self._site.file.name})

    async def _follow(self, process: Process, changed: asyncio.Event) -> None:
        async with asyncio.TaskGroup() as group:
            hands = group.create_task(self._hand_on(changed))
            code = await process.wait()
            hands.cancel()
        raise Unreachable(f"the simulator ended with code {code}")

    async def _hand_on(self, changed: asyncio.Event) -> None:
        while True:
            await changed.wait()
            changed.clear()
            await self._set_clock()

    async def _set_clock(self) -> None:
        arguments = {"speed": self._clock.speed, "set_utc": self._clock.now().isoformat()}
        request = json.dumps({"command": "clock", "arguments": arguments})
        reader, writer = await asyncio.open_unix_connection(str(self._site.control))
        try:
            writer.write(request.encode() + b"\n")
            answer = json.loads(await reader.readline())
        finally:
            writer.close()
        if not answer["ok"]:
            raise Unreachable(f"the simulator refused the clock: {answer['error']}")


class _After:
    """A service that waits for its turn."""

    def __init__(self, turn: asyncio.Event, service: Service) -> None:
        self._turn = turn
        self._service = service

    async def run(self, ready: Ready) -> None:
        await self._turn.wait()
        await self._service.run(ready)


async def _stop(process: Process) -> None:
    if process.returncode is not None:
        return
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(STOP_WITHIN):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
