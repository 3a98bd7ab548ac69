"""What the workshop found, as the JSON that pages and programs get."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from digigate.bus.workshop import Answer, Change, Looked, Lost, Shown, Traced
from digigate.catalogue import Model
from digigate.commands import Json
from digigate.settings.sections import Buses
from digigate.settings.topology import BusName, Device


def scene(began: datetime, buses: Buses, devices: Sequence[Device]) -> Json:
    """What a capture must know of lines and slaves."""
    return {
        "began": began.isoformat(),
        "lines": {
            name: {
                key: getattr(getattr(buses, name), key)
                for key in ("port", "baudrate", "parity", "stop_bits", "echo")
            }
            for name in BusName
        },
        "units": [
            {
                "line": device.gateway or device.bus,
                "unit": device.remote or device.address,
                "model": device.model,
                "name": device.name,
            }
            for device in devices
        ],
    }


def traced(event: Traced | Lost, began: float) -> Json:
    """One frame, `at` seconds after the begin; or how many were lost."""
    if isinstance(event, Lost):
        return {"lost": event.count}
    frame, meaning = event.frame, event.meaning
    return {
        "at": round(frame.time - began, 6),
        "line": frame.line,
        "kind": frame.kind,
        "unit": frame.unit,
        "took": None if frame.took is None else round(frame.took, 6),
        "data": frame.data.hex(),
        "text": meaning.text,
        "fault": meaning.fault,
        "values": [
            {"name": f.name, "address": f.address, "value": _plain(f.value), "text": f.words}
            for f in meaning.figures
        ],
    }


def looked_at(looked: Looked, known: Model | None) -> Json:
    """What an address said, beside the model that the topology has there."""
    if looked.answer is Answer.SILENT:
        return {"bus": looked.bus, "unit": looked.unit, "answer": looked.answer}
    return {**asdict(looked), "known": known.key if known else ""}


def shown_value(shown: Shown) -> dict[str, Json]:
    """One value that was read."""
    return {
        "name": shown.name,
        "register": shown.address,
        "count": shown.count,
        "type": shown.type,
        "raw": shown.raw.hex(),
        "value": _plain(shown.value),
        "unit": shown.unit,
        "text": shown.words,
    }


def change_made(changed: Change) -> dict[str, Json]:
    """What a write did."""
    return {
        "name": changed.name,
        "register": changed.address,
        "written": changed.written.hex(),
        "before": shown_value(changed.before) if changed.before else None,
        "after": shown_value(changed.after) if changed.after else None,
        "holds": changed.holds,
        "unlocked": changed.unlocked,
        "saved": changed.saved,
    }


def _plain(value: object) -> Json:
    if isinstance(value, datetime):
        return value.isoformat()
    return value if isinstance(value, int | float | str) else None
