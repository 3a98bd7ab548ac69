"""`digigate catalogue`: which models are known, and every register of one."""

import argparse

from digigate.catalogue import Catalogue, Model
from digigate.cli.parsers import Subparsers
from digigate.errors import SettingsError


def enter(commands: Subparsers) -> None:
    """Add `catalogue list` and `catalogue show MODEL`."""
    catalogue = commands.add_parser("catalogue", help="the meters that digigate knows")
    actions = catalogue.add_subparsers(required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="all models")
    listing.set_defaults(act=_list)
    showing = actions.add_parser("show", help="one model with all its registers")
    showing.add_argument("model", metavar="MODEL", help="a key of the list, such as diris-b30")
    showing.set_defaults(act=_show)


def _list(_: argparse.Namespace) -> int:
    models = Catalogue.load().models
    width = max(map(len, models))
    for key in sorted(models):
        model = models[key]
        loads = f"{model.loads.count} load{'s' * (model.loads.count != 1)}"
        print(f"{key:{width}}  {model.name:24}  {loads:8}  {model.certainty}")
    return 0


def _show(options: argparse.Namespace) -> int:
    models = Catalogue.load().models
    model = models.get(options.model)
    if model is None:
        raise SettingsError(f"no model {options.model!r}; known: {', '.join(sorted(models))}")
    _print_head(model)
    for point in sorted(model.points, key=lambda p: (p.address, p.name)):
        scale = "" if point.scale == 1 else f" x{point.scale:g}"
        print(
            f"{point.address:5}  {point.words:2}  {point.type:<11}  {point.name:48}"
            f"  {point.unit}{scale}  [{point.source}]"
        )
    return 0


def _print_head(model: Model) -> None:
    print(f"{model.name} ({model.key}): family {model.family}, map {model.certainty}")
    print(f"loads: {model.loads.count}, {model.loads.stride} registers apart")
    print(f"blocks: {len(model.blocks)}; registers with a name: {len(model.points)}")
    print("address, words, type, name, unit, source:")
