"""`digigate catalogue`: which models are known, what they can do, and every register of one."""

import argparse
from collections.abc import Iterable, Sequence

from digigate.catalogue import Capability, Catalogue, Certainty, Group, Model, Point
from digigate.catalogue.library import TITLES
from digigate.cli.parsers import Subparsers
from digigate.errors import SettingsError

LOCKED = "locked"


def enter(commands: Subparsers) -> None:
    """Add `catalogue list` and `catalogue show MODEL`."""
    catalogue = commands.add_parser("catalogue", help="the meters that digigate knows")
    actions = catalogue.add_subparsers(required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="all models, by the groups of the manual's list")
    listing.add_argument("--group", choices=list(Group), help="one group only")
    listing.add_argument("--capability", choices=list(Capability), help="what it must record")
    listing.add_argument("--certainty", choices=list(Certainty), help="how sure its map must be")
    listing.add_argument(
        "--library", action="store_true", help="the names alone, as the manual prints them"
    )
    listing.set_defaults(act=_list)
    showing = actions.add_parser("show", help="one model with all its registers")
    showing.add_argument("model", metavar="MODEL", help="a key of the list, such as diris-b30")
    showing.set_defaults(act=_show)


def _list(options: argparse.Namespace) -> int:
    catalogue = Catalogue.load()
    line = _library_line if options.library else _line
    for title, models in _groups(catalogue, options.group):
        chosen = [model for model in models if _wanted(model, options)]
        if chosen:
            print(f"{title}:")
            for model in chosen:
                print(f"  {line(model)}")
    return 0


def _groups(catalogue: Catalogue, group: str | None) -> Iterable[tuple[str, Sequence[Model]]]:
    for each, models in catalogue.library.items():
        if group in {None, each}:
            yield TITLES[each], models
    unlisted = [model for model in catalogue.models.values() if model.library is None]
    if group is None:
        yield "Not in the manual's list", unlisted


def _wanted(model: Model, options: argparse.Namespace) -> bool:
    capability, certainty = options.capability, options.certainty
    return (capability is None or capability in model.capabilities) and (
        certainty is None or certainty == model.certainty
    )


def _library_line(model: Model) -> str:
    return f"{model.library.name if model.library else model.name:14}  {model.key}"


def _line(model: Model) -> str:
    loads = f"{model.loads.count} load{'s' * (model.loads.count != 1)}"
    records = " ".join(each for each in Capability if each in model.capabilities)
    line = f"{model.key:18}  {model.name:27}  {loads:7}  {model.certainty:15}"
    return f"{line}  {model.detection:8}  {records}".rstrip()


def _show(options: argparse.Namespace) -> int:
    models = Catalogue.load().models
    model = models.get(options.model)
    if model is None:
        raise SettingsError(f"no model {options.model!r}; known: {', '.join(sorted(models))}")
    for line in _head(model):
        print(line)
    for point in sorted(model.points, key=lambda p: (p.address, p.name)):
        print(_register(point))
    return 0


def _head(model: Model) -> Iterable[str]:
    yield f"{model.name} ({model.key}): family {model.family}, map {model.certainty}"
    if model.library is not None:
        yield f"the manual's list: {TITLES[model.library.group]}, {model.library.name}"
    yield f"detection: {model.detection}"
    yield f"records: {', '.join(e for e in Capability if e in model.capabilities) or 'nothing'}"
    yield f"loads: {model.loads.count}, {model.loads.stride} registers apart"
    if model.inputs is not None:
        yield f"logic inputs: {model.inputs.count}, bits of {model.inputs.state}"
    if model.outputs is not None:
        commands = (model.outputs.switch_on, model.outputs.switch_off)
        ordered = f"switched by {' and '.join(commands)}" if all(commands) else "not commanded"
        yield f"logic outputs: {model.outputs.count}, bits of {model.outputs.state}, {ordered}"
    yield f"blocks: {len(model.blocks)}; registers with a name: {len(model.points)}"
    yield "access: R read, W write one, M write many; before / after unlocking, @ who may"
    yield "address, words, type, access, name, unit, source:"


def _register(point: Point) -> str:
    scale = "" if point.scale == 1 else f" x{point.scale:g}"
    lock = LOCKED if point.locked else ""
    return (
        f"{point.address:5}  {point.words:2}  {point.type:<11}  {point.access:10}  {lock:6}"
        f"  {point.name:48}  {point.unit}{scale}  [{point.source}]"
    )
