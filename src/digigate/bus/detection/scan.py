"""Search one bus: count who obeys the private mechanism, then ask every address in plain Modbus."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from digigate.bus.detection.asking import Hearing, Questions, Voice
from digigate.bus.detection.halving import Halving, Member
from digigate.bus.detection.plates import Reader, Slave
from digigate.bus.identification import IDENTIFICATION
from digigate.catalogue import Catalogue
from digigate.catalogue.addressing import ANYBODY
from digigate.settings.sections import DetectionMode
from digigate.settings.topology import BusName

RANGES = {DetectionMode.FAST: range(1, 100), DetectionMode.COMPLETE: range(1, 248)}
"""Ours (facts, gaps.md "Detection timing")."""
NOISY_FROM = 5
"""So many garbled addresses, more than answer rightly, are a noisy line and no conflicts."""
FRAME = 5 + 2 * IDENTIFICATION.count
HALVING_SHARE = 0.2  # of the work on a private line, roughly


@dataclass(slots=True)
class Findings:
    """What one bus was found to hold; `reason` says why the search ended early, if it did."""

    bus: BusName
    slaves: list[Slave] = field(default_factory=list)
    suspected: set[int] = field(default_factory=set)  # heard garbled twice
    silent: set[int] = field(default_factory=set)  # of the known addresses
    noisy: bool = False
    reason: str = ""

    @property
    def nothing(self) -> bool:
        """Whether no slave was heard rightly or suspected."""
        return not self.slaves and not self.suspected and not self.noisy


class Scan:
    """One bus under search; `told(share, seconds left)` is called after each step."""

    def __init__(
        self,
        bus: BusName,
        questions: Questions,
        catalogue: Catalogue,
        told: Callable[[float, float], None],
    ) -> None:
        self.findings = Findings(bus)
        self._questions = questions
        self._reader = Reader(bus, questions, catalogue)
        self._told = told
        self._slot = 0.0
        self._begun = 0.0  # share of the work done before the addresses

    async def count(self, addresses: int, slot: float) -> None:
        """Meet everybody who obeys the private mechanism; `slot` seconds go to an empty address.

        Raises:
            LineDown: the line is lost.
        """
        rest = addresses * slot

        def passed(share: float) -> None:
            self._told(HALVING_SHARE * share, rest)

        self._begun = HALVING_SHARE
        await Halving(self._questions, met=self._meet, passed=passed).members()

    async def ask_all(
        self, addresses: Iterable[int], known: Collection[int], slot: float, patience: float
    ) -> None:
        """Ask each address for its identification; those of `known` again, with more `patience`.

        Raises:
            LineDown: the line is lost.
        """
        wanted = sorted({*addresses, *known})
        for done, address in enumerate(wanted):
            share = self._begun + (1 - self._begun) * done / len(wanted)
            self._told(share, (len(wanted) - done) * slot)
            await self._ask(address)
        for address in sorted(set(known) - self._heard()):
            if not await self._ask(address, patience):
                self.findings.silent.add(address)
        self._judge_noise()
        self._told(1.0, 0.0)

    async def recount(self, address: int) -> None:
        """A place thought to have one slave was garbled: count those at this address once more."""
        await Halving(self._questions, address, met=self._meet).members()

    async def _ask(self, address: int, patience: float | None = None) -> bool:
        """Whether anything was heard at the address."""
        seated = self._at(address)
        if len(seated) > 1:
            return True
        hearing = await self._hear(address, patience)
        if hearing.voice is Voice.SILENCE:
            return bool(seated)
        if hearing.voice is not Voice.NOISE:
            if not seated:
                self.findings.slaves.append(await self._reader.identify(address, address, hearing))
        elif seated:
            await self.recount(address)
        if hearing.voice is Voice.NOISE and len(self._at(address)) < 2:
            self.findings.suspected.add(address)
        return True

    async def _hear(self, address: int, patience: float | None) -> Hearing:
        """Ask once, and once more only where something was heard that was no answer."""
        for _ in range(2):
            hearing = await self._questions.read(
                address, IDENTIFICATION.start, IDENTIFICATION.count, patience
            )
            if hearing.voice is not Voice.NOISE:
                break
        return hearing

    async def _meet(self, member: Member) -> None:
        """Somebody answers alone at `ANYBODY`: ask who it is."""
        if any(slave.handle == member.net_id for slave in self.findings.slaves):
            return
        slave = await self._reader.identify(ANYBODY, member.address)
        slave.handle = slave.net_id = member.net_id
        self.findings.slaves.append(slave)

    def _at(self, address: int) -> list[Slave]:
        return [slave for slave in self.findings.slaves if slave.address == address]

    def _heard(self) -> set[int]:
        return {slave.address for slave in self.findings.slaves} | self.findings.suspected

    def _judge_noise(self) -> None:
        found = self.findings
        if len(found.suspected) >= NOISY_FROM and len(found.suspected) > len(found.slaves):
            found.noisy = True
            found.suspected.clear()
