"""Is it the device that the topology has? What was expected, what was found, in words."""

from dataclasses import dataclass

from digigate.bus.identification import MAGIC, Identified
from digigate.catalogue import Model
from digigate.settings.topology import Device


@dataclass(frozen=True, slots=True)
class Verdict:
    """`strange`: another product, not to be read. `replaced`: another unit of the same model."""

    strange: str = ""
    replaced: str = ""


def judge(device: Device, expected: Model | None, found: Identified) -> Verdict:
    """Compare who answered with the topology's entry; what it does not say is not compared."""
    plate = found.plate
    if plate.magic != MAGIC:
        return Verdict("is no SOCOMEC device: its identification block does not begin with SOCO")
    if expected is None or found.model is None or found.model.key != expected.key:
        name = expected.name if expected else device.model
        return Verdict(
            f"identifies as {plate.words!r}, but the topology says {name}: "
            "correct the model or the wiring"
        )
    if _differ(device.serial.strip(), plate.serial):
        return Verdict(replaced=_exchanged("serial number", device.serial, plate.serial))
    if _differ(device.net_id, found.net_id):
        return Verdict(
            replaced=_exchanged("NET ID", f"{device.net_id:#010x}", f"{found.net_id:#010x}")
        )
    return Verdict()


def _differ(expected: object, found: object) -> bool:
    return bool(expected) and bool(found) and expected != found


def _exchanged(what: str, expected: str, found: str) -> str:
    return (
        f"was replaced: its {what} is {found}, the topology has {expected};"
        " refresh the device to confirm it"
    )
