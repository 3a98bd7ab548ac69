"""What people upload as PEM: looked at from outside, and read once and for all."""

import re
import warnings

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from digigate.errors import SettingsError

LARGEST = 65_536  # octets of one file
CERTIFICATE = "CERTIFICATE"

warnings.filterwarnings("ignore", "Parsed a serial number")  # zero in usual roots of 2004

_BEGIN = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----")
_UNREADABLE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)


def pem_kinds(text: str) -> list[str]:
    """What stands between `-----BEGIN` and `-----`, as often as it does.

    Raises:
        SettingsError: the file is too large to be looked at.
    """
    if len(text) > LARGEST:
        raise SettingsError(f"the file is larger than {LARGEST // 1024} KiB")
    return _BEGIN.findall(text)


def no_pem(text: str, wanted: str) -> str:
    """What to say where a file lacks a block of this kind."""
    hint = ""
    if "-\0-\0-" in text:
        hint = " (it is UTF-16: save it as plain text)"
    elif not text.isprintable() and "-----" not in text:
        hint = " (DER or PKCS#12 must be converted)"
    return f"this is no PEM file: there is no -----BEGIN {wanted}----- in it{hint}"


def certificates_in(pem: bytes) -> tuple[x509.Certificate, ...]:
    """All certificates of a file, with every part that anybody looks at read, so none fails later.

    Raises:
        ValueError: there is none, or a part of one makes no sense.
    """
    try:
        found = tuple(x509.load_pem_x509_certificates(pem))
        for each in found:
            _read(each)
    except _UNREADABLE as error:
        raise ValueError(str(error)) from error
    return found


def certificate_of(der: bytes) -> x509.Certificate:
    """One certificate, as `certificates_in`."""
    try:
        found = x509.load_der_x509_certificate(der)
        _read(found)
    except _UNREADABLE as error:
        raise ValueError(str(error)) from error
    return found


def name_of(name: x509.Name) -> str:
    """As people write it (RFC 4514); whoever made it can move nobody's terminal."""
    return "".join(
        each if each.isprintable() else "\N{REPLACEMENT CHARACTER}"
        for each in name.rfc4514_string()
    )


def _read(certificate: x509.Certificate) -> None:
    """The library reads these only when asked for."""
    for name in (certificate.subject, certificate.issuer):
        name_of(name)
    _ = certificate.not_valid_before_utc < certificate.not_valid_after_utc
    certificate.public_key()
    _ = certificate.extensions
