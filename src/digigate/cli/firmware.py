"""`digigate firmware …`: make releases, trust their makers, update a gateway (§4, §11.3.6)."""

import argparse
import json
from base64 import b64encode
from pathlib import Path
from typing import Any, BinaryIO

from digigate.cli.answers import ask
from digigate.cli.parsers import Subparsers, of_gateway
from digigate.errors import SettingsError
from digigate.firmware.building import build
from digigate.firmware.container import verify
from digigate.firmware.keys import (
    OneKey,
    TrustedKeys,
    fingerprint,
    make_pair,
    read_private,
    read_public,
)

Options = argparse.Namespace
PIECE = 32768  # octets per order: its line stays below what the control socket takes


def enter(commands: Subparsers) -> None:
    """Add the maker's side and the gateway's side."""
    firmware = commands.add_parser("firmware", help="signed updates of this program")
    actions = firmware.add_subparsers(required=True, metavar="ACTION")
    _enter_makers(actions)
    _enter_gateways(actions)


def _enter_makers(actions: Subparsers) -> None:
    keygen = actions.add_parser("keygen", help="make a pair of keys: NAME.key and NAME.pub")
    keygen.add_argument("name", type=Path, metavar="NAME")
    keygen.set_defaults(act=_keygen)
    making = actions.add_parser("build", help="make a signed image out of wheels")
    making.add_argument("wheels", type=Path, nargs="+", metavar="WHEEL")
    making.add_argument("--key", type=Path, required=True, help="the maker's private key")
    making.add_argument("-o", "--output", type=Path, required=True, metavar="FILE.dfu")
    making.add_argument(
        "--minimum", default="0.0.0", help="once this has run, no older one is installed any more"
    )
    making.set_defaults(act=_build)
    checking = actions.add_parser("verify", help="check an image without a gateway")
    checking.add_argument("image", type=Path, metavar="FILE.dfu")
    checking.add_argument(
        "--key", type=Path, help="the maker's public key, instead of those trusted"
    )
    of_gateway(checking)
    checking.set_defaults(act=_verify)


def _enter_gateways(actions: Subparsers) -> None:
    trust = actions.add_parser("trust", help="take updates signed with this key from now on")
    trust.add_argument("key", type=Path, metavar="KEY.pub")
    trust.set_defaults(act=_trust)
    show = actions.add_parser("show", help="what runs, what is staged, whom we trust")
    show.add_argument("--json", action="store_true", help="print the answer as it comes")
    show.set_defaults(act=_show)
    stage = actions.add_parser("stage", help="load an image into the gateway and have it checked")
    stage.add_argument("image", type=Path, metavar="FILE.dfu")
    stage.set_defaults(act=_stage)
    install = actions.add_parser("install", help="install what is staged, or this image")
    install.add_argument("image", type=Path, nargs="?", metavar="FILE.dfu")
    install.add_argument(
        "--allow-downgrade", action="store_true", help="though it is older than what runs"
    )
    install.set_defaults(act=_install)
    discard = actions.add_parser("discard", help="forget what is staged or was taken back")
    discard.set_defaults(act=_discard)
    of_gateway(trust, show, stage, install, discard)


def _keygen(options: Options) -> int:
    private, public = (options.name.with_name(options.name.name + end) for end in (".key", ".pub"))
    name = make_pair(private, public)
    print(f"key {name}")
    print(f"{private}: keep it secret; it signs releases")
    print(f"{public}: gateways trust it by `digigate firmware trust {public} --state DIR`")
    return 0


def _build(options: Options) -> int:
    manifest = build(
        options.wheels, read_private(options.key), options.output, minimum=options.minimum
    )
    size = options.output.stat().st_size
    print(f"{options.output}: {manifest.product} {manifest.version}, {size} octets")
    return 0


def _verify(options: Options) -> int:
    keys = OneKey(read_public(options.key)) if options.key else TrustedKeys(options.state)
    image = verify(options.image, keys)
    manifest = image.manifest
    print(f"{options.image}: good, {manifest.product} {manifest.version}, signed by {image.key}")
    for file in manifest.files:
        print(f"  {file.name}  {file.size} octets")
    return 0


def _trust(options: Options) -> int:
    key = read_public(options.key)
    try:
        path = TrustedKeys(options.state).trust(key)
    except OSError as error:
        raise SettingsError(f"{options.state} cannot be written: {error.strerror}") from error
    print(f"key {fingerprint(key)} is trusted ({path})")
    return 0


def _show(options: Options) -> int:
    answer = ask(options, "firmware")
    if options.json:
        print(json.dumps(answer, ensure_ascii=False, indent=2))
        return 0
    print(f"running   {answer['version']} from {answer['slot']}")
    print(f"trusted   {', '.join(answer['keys']) or 'nobody: see digigate firmware trust'}")
    if staged := answer["staged"]:
        print(f"staged    {_words(staged)}")
    if trial := answer["trial"]:
        print(f"on trial  {trial['version']} in slot {trial['slot']}")
    if reverted := answer["reverted"]:
        print(f"reverted  {reverted['version']}: {reverted['reason']}")
    if answer["hindrance"]:
        print(f"note      {answer['hindrance']}")
    return 0


def _stage(options: Options) -> int:
    verdict = _loaded(options)
    print(_words(verdict))
    return 0 if verdict["ok"] else 1


def _install(options: Options) -> int:
    if options.image is not None:
        verdict = _loaded(options)
        if not verdict["ok"] and not (verdict["downgrade"] and options.allow_downgrade):
            raise SettingsError(_words(verdict))
    answer = ask(options, "firmware.install", allow_downgrade=options.allow_downgrade)
    print(f"version {answer['version']} is on trial; the gateway restarts with it")
    return 0


def _discard(options: Options) -> int:
    ask(options, "firmware.discard")
    print("done")
    return 0


def _loaded(options: Options) -> dict[str, Any]:
    """The gateway's verdict on the image, which is handed over in pieces."""
    try:
        with options.image.open("rb") as file:
            return _handed_over(options, file)
    except OSError as error:
        raise SettingsError(f"{options.image} cannot be read: {error.strerror}") from error


def _handed_over(options: Options, file: BinaryIO) -> dict[str, Any]:
    offset, verdict = 0, None
    while verdict is None:
        piece = file.read(PIECE)
        verdict = ask(
            options,
            "firmware.piece",
            name=options.image.name,
            offset=offset,
            data=b64encode(piece).decode(),
            last=len(piece) < PIECE,
        )
        offset += len(piece)
    return verdict


def _words(verdict: dict[str, Any]) -> str:
    version = f"version {verdict['version']}, " if verdict["version"] else ""
    if verdict["ok"]:
        return f"{verdict['name']}: {version}signed by {verdict['key']}, may be installed"
    return f"{verdict['name']}: {version}refused: {verdict['reason']}"
