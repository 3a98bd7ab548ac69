"""Modbus/TCP Security: what a client may do follows from the role in its certificate.

Source: MODBUS/TCP Security Protocol Specification, MB-TCP-Security-v21 (role extension, port 802).
"""

import asyncio
from collections.abc import Collection

from cryptography import x509

from digigate.services.modbus.client import Client, host_of

ROLE = x509.ObjectIdentifier("1.3.6.1.4.1.50316.802.1")
_UTF8_STRING = 0x0C


def role_of(certificate: bytes) -> str:
    """The role in a certificate (DER); empty where it has none or one that is no text."""
    try:
        extension = x509.load_der_x509_certificate(certificate).extensions.get_extension_for_oid(
            ROLE
        )
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return ""
    value = extension.value
    return _text(value.value) if isinstance(value, x509.UnrecognizedExtension) else ""


def by_certificate(transport: asyncio.BaseTransport, writing: Collection[str]) -> Client:
    """A client whose certificate TLS has checked; only roles in `writing` may change anything."""
    tls = transport.get_extra_info("ssl_object")
    certificate = tls.getpeercert(binary_form=True) if tls else None
    role = role_of(certificate) if certificate else ""
    return Client(host_of(transport), "modbus_tls", role in writing)


def _text(value: bytes) -> str:
    """What an ASN.1 UTF8String of less than 128 octets says."""
    if len(value) < 2 or value[0] != _UTF8_STRING or value[1] != len(value) - 2:
        return ""
    return value[2:].decode("utf-8", "replace")
