"""TLS as a server offers it: Mozilla's profile "intermediate" (5.7)."""

import os
import ssl

# Mozilla's "intermediate" list; TLS 1.3 suites are OpenSSL's own and all in it.
CIPHERS = (
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-CHACHA20-POLY1305",
    "ECDHE-RSA-CHACHA20-POLY1305",
)


def server_context() -> ssl.SSLContext:
    """TLS as Mozilla's "intermediate" profile asks, without a pair yet.

    P-256 alone, because Python cannot name a list of groups and OpenSSL's default offers more
    than the profile allows.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(":".join(CIPHERS))
    context.set_ecdh_curve("prime256v1")
    context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION
    return context


def equip(context: ssl.SSLContext, pair: bytes) -> None:
    """Give a context its key and chain (PEM).

    OpenSSL takes them from a file only: this one has no name and lies in memory, so that a key
    that is sealed on the disk is never there in clear.

    Raises:
        ssl.SSLError: it does not take them.
    """
    descriptor = os.memfd_create("pair", os.MFD_CLOEXEC)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pair)
        file.flush()
        context.load_cert_chain(f"/proc/self/fd/{descriptor}")
