"""The passphrase that sets Cyber's password anew (§11.1): random, so a hash of it tells nothing."""

import base64
import secrets

OCTETS = 16
GROUP = 5


def new_passphrase() -> str:
    """128 random bits as 26 letters and digits in groups: `KZ3QX-…`."""
    text = base64.b32encode(secrets.token_bytes(OCTETS)).decode().rstrip("=")
    return "-".join(text[at : at + GROUP] for at in range(0, len(text), GROUP))


def plain_passphrase(typed: str) -> str:
    """What was meant by what was typed: groups, spaces and case do not matter, nor 0, 1 and 8."""
    return "".join(filter(str.isalnum, typed.upper())).translate(str.maketrans("018", "OIB"))
