"""`digigate certificates …` and `digigate authorities …`: what is shown, and who is believed."""

import argparse
import json
from pathlib import Path

from digigate.cli.answers import ask
from digigate.cli.parsers import Subparsers, of_gateway
from digigate.cli.tables import print_table
from digigate.errors import SettingsError

Options = argparse.Namespace
NO_ROOTS = "this machine has no roots of its own: install ca-certificates, or add those you need"


def enter(commands: Subparsers) -> None:
    """Add both."""
    pair = commands.add_parser("certificates", help="the certificate that the pages show")
    actions = pair.add_subparsers(required=True, metavar="ACTION")
    show = actions.add_parser("show", help="which is in use, and what was uploaded")
    show.set_defaults(act=lambda o: _tell(ask(o, "certificates")))
    upload = actions.add_parser("upload", help="a certificate with its chain, its key, or both")
    upload.add_argument("--certificate", type=Path, metavar="PEM")
    upload.add_argument("--key", type=Path, metavar="PEM")
    upload.set_defaults(act=_upload)
    ours = actions.add_parser("self-signed", help="show the gateway's own again; the upload stays")
    ours.set_defaults(act=_self_signed)
    discard = actions.add_parser("discard", help="forget what was uploaded")
    discard.set_defaults(act=lambda o: _tell(ask(o, "certificates.discard")))
    of_gateway(show, upload, ours, discard)
    _enter_authorities(commands)


def _enter_authorities(commands: Subparsers) -> None:
    authorities = commands.add_parser("authorities", help="whom the gateway believes (CAs)")
    actions = authorities.add_subparsers(required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="those that were added, and how many the system has")
    listing.add_argument("--all", action="store_true", help="name those of the system too")
    listing.set_defaults(act=_list)
    add = actions.add_parser("add", help="believe those of a PEM file too")
    add.add_argument("file", type=Path)
    add.set_defaults(act=lambda o: _tell(ask(o, "authorities.add", pem=_text(o.file))))
    remove = actions.add_parser("remove", help="believe one no more")
    remove.add_argument("fingerprint", help="or its first 8 characters and more")
    remove.set_defaults(
        act=lambda o: _tell(ask(o, "authorities.remove", fingerprint=o.fingerprint))
    )
    test = actions.add_parser("test", help="call a server: is it believed, which root is missing")
    test.add_argument("server", help="HOST:PORT, such as smtp.example.org:465")
    test.add_argument("--starttls", choices=("none", "smtp", "ftp"), default="none")
    test.set_defaults(act=_test)
    of_gateway(listing, add, remove, test)


def _tell(answer: object) -> int:
    print("done" if answer is None else json.dumps(answer, indent=2, ensure_ascii=False))
    return 0


def _upload(options: Options) -> int:
    given = {
        half: _text(file)
        for half in ("certificate", "key")
        if (file := getattr(options, half)) is not None
    }
    return _tell(ask(options, "certificates.upload", **given))


def _self_signed(options: Options) -> int:
    ask(options, "settings.set", path="web.own_certificate", value=False)
    return _tell(ask(options, "certificates"))


def _list(options: Options) -> int:
    answer = ask(options, "authorities")
    shown = [("added", a) for a in answer["uploaded"]]
    if options.all:
        shown += [("system", a) for a in answer["system"]]
    rows = [(a["fingerprint"][:16], a["until"][:10], source, a["name"]) for source, a in shown]
    print_table(("FINGERPRINT", "UNTIL", "SOURCE", "NAME"), rows)
    count = len(answer["system"])
    print(f"{count} roots of this machine are believed" if count else NO_ROOTS)
    return 0


def _test(options: Options) -> int:
    host, colon, port = options.server.rpartition(":")
    if not colon or not port.isdigit():
        raise SettingsError(f"{options.server} is no HOST:PORT")
    answer = ask(options, "tls.test", host=host, port=int(port), starttls=options.starttls)
    for depth, each in enumerate(answer["chain"]):
        until = (each["until"] or "?")[:10]
        print(f"{depth}  {each['subject']}\n   issued by {each['issuer']}, until {until}")
    if not answer["reason"]:
        print("believed")
        return 0
    print(f"not believed: {answer['reason']}")
    if answer["missing"]:
        print(f"add this authority: {answer['missing']}")
    return 1


def _text(file: Path) -> str:
    try:
        return file.read_bytes().decode(errors="replace")
    except OSError as error:
        raise SettingsError(f"{file} cannot be read: {error.strerror}") from error
