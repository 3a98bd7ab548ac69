"""What settings, topology and catalogue must agree on; no single section can see it."""

from collections.abc import Iterator
from difflib import get_close_matches

from digigate.catalogue import Catalogue
from digigate.errors import SettingsError
from digigate.settings.sections import Settings
from digigate.settings.topology import Device, Topology


def check(settings: Settings, topology: Topology, catalogue: Catalogue) -> None:
    """Refuse a topology that this gateway cannot serve.

    Raises:
        SettingsError: one line per problem, each beginning with the field.
    """
    problems = [
        f"devices[{number}].{problem}"
        for number, device in enumerate(topology.devices)
        for problem in _problems(device, settings, catalogue)
    ]
    if problems:
        raise SettingsError("\n".join(problems))


def _problems(device: Device, settings: Settings, catalogue: Catalogue) -> Iterator[str]:
    if device.address == settings.gateway.address:
        yield (
            f"address: {device.address} is the gateway's own address;"
            " give one of them another (settings: gateway.address)"
        )
    model = catalogue.models.get(device.model)
    if model is None:
        near = get_close_matches(device.model, catalogue.models, n=1)
        question = f"did you mean {near[0]}? " if near else ""
        known = ", ".join(sorted(catalogue.models))
        yield f"model: unknown model {device.model!r}; {question}known: {known}"
        return
    for number, load in enumerate(device.loads):
        if load.number > model.loads.count:
            yield (
                f"loads[{number}].number: {model.name} has {model.loads.count} loads;"
                f" there is no load {load.number}"
            )
