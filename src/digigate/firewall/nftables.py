"""Exclusions mirrored into the kernel by `nft`, which then drops a flood before we are woken.

Only a mirror: the gate refuses whom the kernel lets through. Of the host's rules we touch one table
of our own, and of its traffic what comes for our own ports.
"""

import asyncio
import ipaddress
import os
import shutil
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from zlib import crc32

from digigate.errors import HostError, SettingsError
from digigate.firewall.gate import CLIENTS_MAX, Gate
from digigate.firewall.rules import Door
from digigate.supervisor import Ready

SETTING = "firewall.mirror_to_nftables"
PLACES = ("/usr/sbin", "/sbin")  # not on every user's PATH
PATIENCE = 5.0  # seconds; 4,096 addresses take it some 30 ms
PAUSE = 0.25  # seconds between two writes: a crowd of floods costs few of them
PRIORITY = -10  # before the tables of others, which then count nothing of a flood
FORBIDDEN = "Operation not permitted"
NO_PROGRAM = (
    "the program nft is missing: install it (apt-get install nftables) and restart the gateway,"
    f" or set {SETTING} to false"
)
NO_RIGHT = (
    "the kernel lets the gateway set no rules: give it CAP_NET_ADMIN (systemd: AmbientCapabilities"
    " and CapabilityBoundingSet in a drop-in; docker: --cap-add NET_ADMIN; see docs/firewall.md)"
    f" and restart it, or set {SETTING} to false"
)


def table_of(state: Path) -> str:
    """The name of the table of the gateway whose state this is: two on a host have two."""
    return f"digigate_{crc32(os.fsencode(state.resolve())):08x}"


def wholly(table: str, excluded: Iterable[tuple[str, float]], doors: Iterable[Door]) -> str:
    """What puts the table in place of whatever it was: who is excluded for how many seconds."""
    by_version: dict[int, list[str]] = {4: [], 6: []}
    for client, seconds in excluded:
        with suppress(ValueError):  # a link-local address means nothing without its zone
            address = ipaddress.ip_address(client if "%" not in client else "")
            by_version[address.version].append(f"{address} timeout {max(1, int(1e3 * seconds))}ms")
    ports = sorted({f"{door.protocol} . {door.port}" for door in doors})
    return f"""\
{gone(table)}table inet {table} {{
  set excluded4 {{ type ipv4_addr; flags timeout; size {CLIENTS_MAX}; {_elements(by_version[4])} }}
  set excluded6 {{ type ipv6_addr; flags timeout; size {CLIENTS_MAX}; {_elements(by_version[6])} }}
  set ports {{ type inet_proto . inet_service; {_elements(ports)} }}
  chain input {{
    type filter hook input priority {PRIORITY}; policy accept;
    ip saddr @excluded4 meta l4proto . th dport @ports drop
    ip6 saddr @excluded6 meta l4proto . th dport @ports drop
  }}
}}
"""


def gone(table: str) -> str:
    """What takes the table away, whether or not it is there."""
    return f"add table inet {table}\ndelete table inet {table}\n"


def _elements(those: list[str]) -> str:
    return f"elements = {{ {', '.join(those)} }}" if those else ""


class Nftables:
    """The program `nft`, run once for each script; it does all of a script or nothing."""

    def __init__(self, program: str | None = None) -> None:
        path = os.pathsep.join((os.environ.get("PATH", ""), *PLACES))
        self._program = program or shutil.which("nft", path=path) or "nft"

    async def carry_out(self, script: str) -> None:
        """Hand a script to the kernel.

        Raises:
            SettingsError: the program or the right is missing; the text says how to give it.
            HostError: it failed otherwise, or took too long.
        """
        try:
            code, said = await self._run(script)
        except FileNotFoundError as error:
            raise SettingsError(NO_PROGRAM) from error
        except PermissionError as error:  # its file capability is out of our bounds
            raise SettingsError(NO_RIGHT) from error
        except TimeoutError as error:
            raise HostError(f"nft took longer than {PATIENCE:.0f} s") from error
        if FORBIDDEN in said:
            raise SettingsError(NO_RIGHT)
        if code:
            raise HostError(f"nft refused the table of the excluded: {said[:200]}")

    async def _run(self, script: str) -> tuple[int | None, str]:
        process = await asyncio.create_subprocess_exec(
            self._program, "-f", "-", stdin=PIPE, stdout=DEVNULL, stderr=PIPE,
            env={**os.environ, "LC_ALL": "C"},
        )  # fmt: skip
        try:
            async with asyncio.timeout(PATIENCE):
                _, said = await process.communicate(script.encode())
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        return process.returncode, said.decode(errors="replace").strip()


class Mirror:
    """Service: keeps the table as the gate's exclusions are; takes it away at its end."""

    def __init__(self, gate: Gate, table: str, nftables: Nftables | None = None) -> None:
        self._gate = gate
        self._table = table
        self._nftables = nftables or Nftables()

    async def run(self, ready: Ready) -> None:
        """Write the table anew at each change; a kernel that forgot it gets it back so."""
        changed = asyncio.Event()
        with self._gate.watch(changed.set):
            await self._write()
            ready()
            try:
                while True:
                    await changed.wait()
                    changed.clear()
                    await self._write()
                    await asyncio.sleep(PAUSE)
            finally:
                with suppress(HostError, SettingsError):  # its elements end by themselves
                    await self._nftables.carry_out(gone(self._table))

    async def _write(self) -> None:
        gate = self._gate
        excluded = [(each.client, gate.seconds_left(each)) for each in gate.exclusions()]
        await self._nftables.carry_out(wholly(self._table, excluded, gate.doors()))
