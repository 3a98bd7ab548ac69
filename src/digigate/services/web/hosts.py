"""Which names a browser may know us by: a foreign name that resolves to us is DNS rebinding."""

import ipaddress
import socket
from collections.abc import Iterable


def own_names(extra: Iterable[str]) -> frozenset[str]:
    """`localhost`, this machine's names and those of the settings, in lower case."""
    name = socket.gethostname().lower()
    return frozenset({"localhost", name, f"{name}.local", *map(str.lower, extra)} - {"", ".local"})


def bare_host(header: str) -> str:
    """The host of a Host header without its port, brackets and final dot, in lower case."""
    if header.startswith("["):
        return header[1:].partition("]")[0].lower()
    return header.partition(":")[0].lower().removesuffix(".")


def is_ours(header: str, names: frozenset[str]) -> bool:
    """Whether the Host header names us.

    Every IP literal does: rebinding needs a name, and behind a container's or router's port
    mapping the browser asks for an address that this machine does not have.
    """
    host = bare_host(header)
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host in names
    return True
