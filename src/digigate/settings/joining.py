"""A remote gateway's slaves among our own: where their addresses go, and all in or none."""

import re
from collections.abc import Collection, Iterable, Mapping

from digigate.errors import SettingsError
from digigate.settings.editing import ADDRESS_MAX, free_address, with_devices
from digigate.settings.explaining import made
from digigate.settings.topology import DEVICES_MAX, Device, RemoteGateway, Topology

KEY_LENGTH = 16


def key_for(text: str, topology: Topology) -> str:
    """A free key of a gateway, made of its name or host."""
    stem = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:KEY_LENGTH].strip("-") or "gateway"
    used = {gateway.key for gateway in topology.gateways}
    numbered = (f"{stem[: KEY_LENGTH - 3]}-{n}" for n in range(2, 100))
    return next(key for key in (stem, *numbered) if key not in used)


def map_addresses(
    units: Iterable[int],
    taken: Collection[int],
    offset: int | None = None,
    chosen: Mapping[int, int] | None = None,
) -> dict[int, int]:
    """Where each remote unit goes: as chosen, else `offset` on, else kept or the next one free.

    Raises:
        SettingsError: a chosen unit is not there, or an address is taken; all of them are listed.
    """
    listed, wanted = tuple(units), dict(chosen or {})
    if strangers := sorted(set(wanted) - set(listed)):
        known = ", ".join(map(str, listed)) or "none"
        raise SettingsError(f"the gateway has no slave {_listed(strangers)}; it has {known}")
    placed = {unit: wanted[unit] for unit in listed if unit in wanted}
    rest = [unit for unit in listed if unit not in wanted]
    if offset is not None:
        placed |= {unit: unit + offset for unit in rest}
        rest = []
    _check(placed, taken)
    used = {*taken, *placed.values()}
    for unit in sorted(rest, key=lambda each: each in used):  # who may keep its address goes first
        free = free_address(used, unit)
        if free is None:
            raise SettingsError("all 247 addresses are taken: remove devices first")
        placed[unit] = free
        used.add(free)
    return {unit: placed[unit] for unit in listed}


def join(topology: Topology, gateway: RemoteGateway, devices: Iterable[Device]) -> Topology:
    """With this gateway and its devices, in place of those that it had.

    Raises:
        SettingsError: they do not all fit.
    """
    coming = tuple(devices)
    others = tuple(d for d in topology.devices if d.gateway != gateway.key)
    if len(others) + len(coming) > DEVICES_MAX:
        raise SettingsError(
            f"the gateway brings {len(coming)} devices, which with the {len(others)} others is"
            f" more than the {DEVICES_MAX} that this one can have (§6.2): remove some first"
        )
    kept = tuple(g for g in topology.gateways if g.key != gateway.key)
    place = next((n for n, g in enumerate(topology.gateways) if g.key == gateway.key), len(kept))
    gateways = (*kept[:place], gateway, *kept[place:])
    return with_devices(
        made(Topology, {"gateways": gateways}), _in_place(topology, gateway.key, coming)
    )


def part(topology: Topology, key: str) -> Topology:
    """Without this gateway and whatever is behind it."""
    listed(topology, key)
    gateways = tuple(g for g in topology.gateways if g.key != key)
    devices = tuple(d for d in topology.devices if d.gateway != key)
    return made(Topology, {"gateways": gateways, "devices": devices})


def listed(topology: Topology, key: str) -> RemoteGateway:
    """The gateway of this key; raises SettingsError that says which there are."""
    gateway = topology.gateway(key)
    if gateway is None:
        known = ", ".join(g.key for g in topology.gateways) or "none"
        raise SettingsError(f"there is no gateway {key!r}; known: {known}")
    return gateway


def _in_place(topology: Topology, key: str, coming: tuple[Device, ...]) -> tuple[Device, ...]:
    """The coming devices where the gateway's own began in the list, or at its end."""
    devices: list[Device] = []
    pending = coming
    for device in topology.devices:
        if device.gateway == key:
            devices += pending
            pending = ()
        else:
            devices.append(device)
    return (*devices, *pending)


def _check(placed: Mapping[int, int], taken: Collection[int]) -> None:
    problems = [
        f"slave {unit} would be {address}, which is no address (1 .. {ADDRESS_MAX})"
        for unit, address in placed.items()
        if not 1 <= address <= ADDRESS_MAX
    ]
    used = set(taken)
    for unit, address in placed.items():
        if address in used:
            problems.append(f"slave {unit} would be {address}, which is taken")
        used.add(address)
    if problems:
        text = "; ".join(problems)
        raise SettingsError(f"{text}: choose another offset, or map these by hand")


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, numbers))
