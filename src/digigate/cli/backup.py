"""`digigate backup|restore|vault`: of a running gateway, or of a state directory at rest."""

import argparse
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any

from digigate.cli.answers import ask
from digigate.cli.files import read_settings
from digigate.cli.parsers import Subparsers, of_gateway
from digigate.cli.prompts import secret
from digigate.daemon import resting
from digigate.errors import SettingsError, Unreachable
from digigate.settings.sections import Settings
from digigate.state import write_atomically

Options = argparse.Namespace


def enter(commands: Subparsers) -> None:
    """Add `backup`, `restore` and `vault`."""
    backup = commands.add_parser("backup", help="the whole configuration in one sealed file")
    backup.add_argument("-o", "--output", type=Path, metavar="FILE")
    backup.set_defaults(act=_backup)
    restore = commands.add_parser("restore", help="configure a gateway as a backup says")
    restore.add_argument("file", type=Path)
    restore.add_argument("--preview", action="store_true", help="only tell what would change")
    restore.add_argument("--other-model", action="store_true", help="even of another model")
    restore.set_defaults(act=_restore)
    for parser in (backup, restore):
        parser.add_argument("--stdin", action="store_true", help="read the passphrase from there")
        parser.add_argument(
            "--settings", type=Path, metavar="FILE", help="what a gateway at rest is run with"
        )
    vault = commands.add_parser("vault", help="which secrets are kept, by name alone")
    vault.add_argument("--rotate", action="store_true", help="seal them all under a new key")
    vault.set_defaults(act=_vault)
    of_gateway(backup, restore, vault)


def _backup(options: Options) -> int:
    passphrase = secret("Passphrase", stdin=options.stdin)
    try:
        answer = ask(options, "backup", passphrase=passphrase)
        name, data = answer["name"], b64decode(answer["data"])
    except Unreachable:
        name, data = resting.backup(options.state, _given(options), options.settings, passphrase)
    path = options.output or Path(name)
    try:
        write_atomically(path, data)
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror}") from error
    print(f"{path}: {len(data)} bytes; only its passphrase opens it")
    return 0


def _restore(options: Options) -> int:
    try:
        data = options.file.read_bytes()
    except OSError as error:
        raise SettingsError(f"{options.file} cannot be read: {error.strerror}") from error
    passphrase = secret("Passphrase", stdin=options.stdin, twice=False)
    choice = {"preview": options.preview, "other_model": options.other_model}
    try:
        text = b64encode(data).decode()
        answer: dict[str, Any] = ask(options, "restore", passphrase=passphrase, data=text, **choice)
    except Unreachable:
        wanted = resting.Restore(data, passphrase, **choice)
        answer = resting.restore(options.state, _given(options), options.settings, wanted)
    _tell(answer, preview=options.preview)
    return 0


def _tell(answer: dict[str, Any], *, preview: bool) -> None:
    print(f"backup of an {answer['model']} of {answer['made']}, digigate {answer['release']}")
    for change in answer["changes"]:
        print(f"  {change['part']} {change['what']}")
    if not answer["changes"]:
        print("  nothing differs")
    if not preview:
        print("restarting" if answer["restarting"] else "takes effect at the next start")


def _vault(options: Options) -> int:
    if options.rotate:
        print(f"all secrets are sealed under key {ask(options, 'vault.rotate')['key']} now")
        return 0
    answer = ask(options, "vault")
    for name in answer["secrets"]:
        print(f"{name}{' (lost)' if name in answer['lost'] else ''}")
    print(f"key {answer['key'] or 'none yet'} in {answer['key_file']}")
    if answer["fault"]:
        print(answer["fault"])
    return 0


def _given(options: Options) -> Settings:
    return read_settings(options.settings) if options.settings else Settings()
