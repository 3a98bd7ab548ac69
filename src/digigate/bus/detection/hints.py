"""What a technician should look at after a search (§10, FAQ)."""

from collections.abc import Iterable, Iterator

from digigate.bus.detection.ground import Ground
from digigate.bus.detection.report import (
    Cause,
    Entry,
    Hint,
    HintKind,
    Refusal,
    Report,
    Sighting,
    Standing,
)
from digigate.bus.detection.scan import Findings
from digigate.bus.detection.settling import is_complete_only
from digigate.bus.workshop.scanning import Speed
from digigate.catalogue import Catalogue
from digigate.settings.sections import DetectionMode
from digigate.settings.topology import BusName, Device, Topology


def of_lines(findings: Iterable[Findings], ground: Ground) -> Iterator[Hint]:
    """Lines on which nothing, or nothing but noise, was heard, or that were lost."""
    for found in findings:
        bus, speed = found.bus, ground.lines[found.bus].speed
        if found.reason:
            yield Hint(HintKind.UNFINISHED, f"{bus} was lost: {found.reason}", bus)
        elif found.noisy:
            text = f"{bus}: only noise was heard at {speed}: check the speed, A and B, the shield"
            yield Hint(HintKind.NOISE, f"{text} and the termination", bus)
        elif found.nothing:
            text = f"{bus}: nothing was heard at {speed}: check the speed, the wiring"
            yield Hint(HintKind.SILENT_LINE, f"{text} and the slaves' supply", bus)


def of_devices(
    entries: Iterable[Entry], displaced: Iterable[Device], ground: Ground
) -> Iterator[Hint]:
    """Devices of the topology that did not answer, and those that had to leave it."""
    for entry in entries:
        if entry.standing is Standing.SILENT:
            slave = entry.slave
            yield Hint(
                HintKind.SILENT_DEVICE,
                f"{entry.label} at {slave.address} on {slave.bus} did not answer: check its speed"
                f" (the line has {ground.lines[slave.bus].speed}), its wiring and its supply;"
                f" its COM LED should have blinked",
                slave.bus,
                slave.address,
            )
    for device in displaced:
        yield Hint(
            HintKind.DROPPED,
            f"{device.name or device.model} left the topology: another slave has its address"
            f" {device.address} now",
            device.bus,
            device.address,
        )


def of_mode(mode: DetectionMode, refusals: Iterable[Refusal], ground: Ground) -> Iterator[Hint]:
    """FAST does not look for everybody: say so where somebody else is there."""
    if mode is not DetectionMode.FAST:
        return
    if any(refusal.cause is Cause.MODE for refusal in refusals):
        yield Hint(HintKind.USE_COMPLETE, "other families answered: use COMPLETE")
    missed = complete_only(ground.former, ground.catalogue)
    if missed:
        names = ", ".join(f"{device.model} at {device.address}" for device in missed)
        yield Hint(
            HintKind.USE_COMPLETE,
            f"the topology has devices that FAST does not look for ({names}): use COMPLETE",
        )


def complete_only(topology: Topology, catalogue: Catalogue) -> tuple[Device, ...]:
    """The devices on this box's buses that only COMPLETE finds."""
    models = catalogue.models
    return tuple(
        device
        for device in topology.devices
        if not device.gateway
        and (model := models.get(device.model)) is not None
        and is_complete_only(model)
    )


def mute(report: Report) -> tuple[BusName, ...]:
    """The lines on which somebody or everybody may have another speed."""
    kinds = (HintKind.SILENT_LINE, HintKind.NOISE, HintKind.SILENT_DEVICE)
    return tuple({hint.bus: None for hint in report.hints if hint.kind in kinds and hint.bus})


def at_speed(bus: BusName, speed: Speed) -> Hint:
    """Somebody answers, but not at the line's speed."""
    units = ", ".join(map(str, speed.units))
    return Hint(HintKind.SPEED, f"{bus}: at {speed.baudrate} Bd somebody answers at {units}", bus)


def unread(slave: Sighting, reason: str) -> Hint:
    """A new device was found, but not what loads it has."""
    text = f"the loads of {slave.name} at {slave.address} could not be read ({reason}):"
    return Hint(HintKind.CHECK_SLAVE, f"{text} refresh them later", slave.bus, slave.address)


def unfinished(seconds: float) -> Hint:
    """Nobody pressed any more."""
    text = f"no button was pressed for {seconds:.0f} s: the conflicts that are left still stand"
    return Hint(HintKind.UNFINISHED, text)
