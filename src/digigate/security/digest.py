"""What is kept of a secret that is random, such as a session's id: no way back leads to it."""

import hashlib


def digest(secret: str) -> str:
    """SHA-256 in hexadecimal; whatever a client sends has one."""
    return hashlib.sha256(secret.encode(errors="backslashreplace")).hexdigest()
