"""The whole configuration as one value: taken from a gateway, put into a file, compared."""

import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field, ValidationError

from digigate import __version__
from digigate.clock import Clock
from digigate.daemon.keepsakes import in_backup
from digigate.errors import SettingsError
from digigate.security.vault import NAME, Vault
from digigate.settings import Settings, SettingsFile, Topology, TopologyFile
from digigate.settings.by_path import fields_under, shown_at, value_at
from digigate.settings.difference import difference
from digigate.settings.file import written
from digigate.state import StateDirectory

FORMAT = 1
STAGED = "restore.staged"
"""The record of the vault in which a restore waits for the next start."""


class Contents(BaseModel):
    """What is inside a backup; settings and topology as the texts of their files."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int = FORMAT
    release: str = __version__
    made: str
    settings: str
    topology: str
    files: Annotated[dict[str, Base64Bytes], Field(max_length=64)] = {}
    secrets: Annotated[dict[str, Base64Bytes], Field(max_length=4096)] = {}

    def to_bytes(self) -> bytes:
        """As it goes into the envelope."""
        return self.model_dump_json().encode()


@dataclass(frozen=True, slots=True)
class Plan:
    """A configuration: what a backup holds, or what a gateway has."""

    contents: Contents
    settings: Settings
    topology: Topology

    @property
    def model(self) -> str:
        """Of the gateway that it is of."""
        return self.settings.gateway.model.value


def collected(
    state: StateDirectory, vault: Vault, settings: Settings, topology: Topology, clock: Clock
) -> Plan:
    """What this gateway is configured as; lost secrets are left out.

    Raises:
        SettingsError: a file cannot be read.
    """
    files = {name: data for name in in_backup() if (data := state.read_bytes(name)) is not None}
    secrets = {
        name: secret
        for name in vault.names
        if name != STAGED and (secret := vault.get(name)) is not None
    }
    contents = Contents.model_construct(
        format=FORMAT,
        release=__version__,
        made=clock.now().isoformat(timespec="seconds"),
        settings=written(settings),
        topology=written(topology),
        files=files,
        secrets=secrets,
    )
    return Plan(contents, settings, topology)


def understood(data: bytes, state: StateDirectory) -> Plan:
    """What was in an envelope.

    Raises:
        SettingsError: a newer format, or nothing that we would have written.
    """
    contents = _contents(data)
    if strangers := sorted(set(contents.files) - set(in_backup())):
        raise SettingsError(f"the backup holds {strangers[0]!r}, which is no file of a gateway")
    if odd := [name for name in contents.secrets if not NAME.fullmatch(name)]:
        raise SettingsError(f"the backup holds a secret named {odd[0]!r}, which cannot be")
    settings = SettingsFile(state.file("settings.yaml")).read(contents.settings)
    topology = TopologyFile(state.file("topology.yaml")).read(contents.topology)
    return Plan(contents, settings, topology)


def changes(former: Plan, wanted: Plan) -> list[dict[str, Any]]:
    """What a restore would change, for people; secrets by name alone."""
    return [
        *_of_settings(former.settings, wanted.settings),
        *(
            {"part": "topology", "what": str(change)}
            for change in difference(former.topology, wanted.topology)
        ),
        *_of_bytes("file", former.contents.files, wanted.contents.files),
        *_of_bytes("secret", former.contents.secrets, wanted.contents.secrets),
    ]


def _of_settings(former: Settings, wanted: Settings) -> Iterator[dict[str, Any]]:
    for field in fields_under():
        if value_at(former, field.path) != value_at(wanted, field.path):
            old, new = (
                json.dumps(shown_at(s, field), ensure_ascii=False) for s in (former, wanted)
            )
            yield {"part": "setting", "what": f"{field.path}: {old} -> {new}"}


def _of_bytes(
    part: str, former: Mapping[str, bytes], wanted: Mapping[str, bytes]
) -> Iterator[dict[str, Any]]:
    for name in sorted(former.keys() | wanted.keys()):
        if name not in former:
            yield {"part": part, "what": f"{name}: added"}
        elif name not in wanted:
            yield {"part": part, "what": f"{name}: removed"}
        elif former[name] != wanted[name]:
            yield {"part": part, "what": f"{name}: changed"}


def _contents(data: bytes) -> Contents:
    try:
        form = json.loads(data)["format"]
        if form > FORMAT:
            raise SettingsError(
                f"the backup was made by a newer digigate (format {form}); this one reads up to"
                f" {FORMAT}: update this gateway first"
            )
        return Contents.model_validate_json(data)
    except (ValidationError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise SettingsError("the backup makes no sense inside, though it is whole") from error


def packed(plan: Plan) -> bytes:
    """As it waits in the vault."""
    return zlib.compress(plan.contents.to_bytes(), 9)
