"""Why a server's certificate is not believed, in plain words, by OpenSSL's code of it."""

import ssl

REASONS = {
    2: "an authority of its chain is not known here; add its root",
    7: "the signature of a certificate of its chain is wrong",
    9: "a certificate of its chain does not hold yet; is the clock right?",
    10: "a certificate of its chain has expired",
    18: "it is self-signed: no authority stands behind it",
    19: "the root of its chain is not known here; add it",
    20: "its authority is not known here; add its root",
    21: "its authority is not known here; add its root",
    23: "it has been revoked",
    25: "its chain is longer than an authority in it allows",
    26: "it is not meant for servers",
    62: "it is for another name",
    64: "it is for another address",
    66: "its key is too short",
    67: "the key of an authority in its chain is too short",
    68: "its chain is signed by a method that is broken, such as SHA-1",
    79: "a certificate of its chain is no authority's, and has issued another",
}

MISSING_ROOT = frozenset((2, 19, 20, 21))
"""The codes for which the last issuer of the chain is the root to add (Annexe IV); a server that
signs itself (18) is no authority.
"""


def reason_of(error: ssl.SSLCertVerificationError) -> str:
    """In our words, else in those of OpenSSL."""
    return REASONS.get(error.verify_code, error.verify_message)
