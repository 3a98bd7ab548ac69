"""Keys, signatures and seals against the RFC's own figures and against pysnmp."""

from functools import cache
from itertools import product

import pytest
from pyasn1.type.univ import OctetString
from pysnmp.proto.secmod.rfc3414.service import SnmpUSMSecurityModel
from pysnmp.proto.secmod.rfc7860.auth import hmacsha2

from digigate.services.snmp.engine import AUTHENTICATIONS, PRIVACIES
from digigate.services.snmp.usm import DIGESTS, Signature, User, localised
from digigate.settings.sections import Authentication, Privacy

ENGINE = bytes.fromhex("000000000000000000000002")
BOOTS, TIME = 7, 123456


def test_a_password_gives_the_keys_of_the_rfc() -> None:
    keys = {auth: localised("maplesyrup", ENGINE, DIGESTS[auth]) for auth in DIGESTS}
    assert keys[Authentication.MD5].hex() == "526f5eed9fcce26f8964c2930787d82b"
    assert keys[Authentication.SHA].hex() == "6695febc9288e36282235fc7151f128497b38f3f"
    for auth, service in (
        (Authentication.SHA256, hmacsha2.HmacSha2.SHA256_SERVICE_ID),
        (Authentication.SHA512, hmacsha2.HmacSha2.SHA512_SERVICE_ID),
    ):
        theirs = hmacsha2.HmacSha2(service)
        master = theirs.hash_passphrase(OctetString("maplesyrup"))
        assert keys[auth] == bytes(theirs.localize_key(master, OctetString(ENGINE)))


@pytest.mark.parametrize(
    ("auth", "size"),
    [("md5", 12), ("sha", 12), ("sha256", 24), ("sha512", 48)],
)
def test_a_signature_holds_for_its_message_alone(auth: str, size: int) -> None:
    signature = Signature(b"k" * 16, DIGESTS[Authentication(auth)])
    message = b"head" + bytes(size) + b"tail"
    signed = b"head" + signature.sign(message) + b"tail"
    assert signature.size == size
    assert signature.holds(signed, 4)
    assert not signature.holds(signed[:-1] + b"L", 4)
    assert not Signature(b"l" * 16, DIGESTS[Authentication(auth)]).holds(signed, 4)


@cache
def _user(auth: Authentication, privacy: Privacy) -> User:
    return User(b"reader", "maplesyrup", auth, privacy, ENGINE)


@pytest.mark.parametrize(("auth", "privacy"), list(product(DIGESTS, list(Privacy)[1:])))
@pytest.mark.parametrize("size", [0, 1, 8, 16, 17, 1000])
def test_what_is_sealed_can_be_opened(auth: Authentication, privacy: Privacy, size: int) -> None:
    seal = _user(auth, privacy).seal
    assert seal is not None
    clear = bytes(range(256)) * 4
    sealed, salt = seal.seal(clear[:size], BOOTS, TIME)
    again, other = seal.seal(clear[:size], BOOTS, TIME)
    assert salt != other
    assert size < 8 or sealed != again  # few octets may be alike by chance
    opened = seal.opened(sealed, salt, BOOTS, TIME)
    assert opened[:size] == clear[:size]
    assert len(opened) - size < 8


@pytest.mark.parametrize(("auth", "privacy"), list(product(DIGESTS, list(Privacy)[1:])))
def test_pysnmp_opens_what_we_seal(auth: Authentication, privacy: Privacy) -> None:
    user, theirs = _user(auth, privacy), SnmpUSMSecurityModel.PRIV_SERVICES[PRIVACIES[privacy]]
    assert user.seal is not None
    master = theirs.hash_passphrase(AUTHENTICATIONS[auth], OctetString("maplesyrup"))
    key = theirs.localize_key(AUTHENTICATIONS[auth], master, OctetString(ENGINE))
    clear = b"a scoped PDU, sixteen times" * 16
    sealed, salt = user.seal.seal(clear, BOOTS, TIME)
    opened = theirs.decrypt_data(key, (BOOTS, TIME, OctetString(salt)), OctetString(sealed))
    assert bytes(opened)[: len(clear)] == clear


def test_nothing_is_sealed_that_is_not_signed() -> None:
    user = _user(Authentication.NONE, Privacy.AES)
    assert (user.signature, user.seal, user.level) == (None, None, 0)
    assert _user(Authentication.SHA, Privacy.NONE).level == 1
    assert _user(Authentication.SHA, Privacy.DES).level == 3


@pytest.mark.parametrize("privacy", [Privacy.DES, Privacy.AES])
def test_what_nothing_can_have_sealed_is_refused(privacy: Privacy) -> None:
    seal = _user(Authentication.SHA, privacy).seal
    assert seal is not None
    with pytest.raises(ValueError, match="eight octets"):
        seal.opened(bytes(16), b"short", BOOTS, TIME)
    if privacy is Privacy.DES:
        with pytest.raises(ValueError, match="eight octets"):
            seal.opened(bytes(15), bytes(8), BOOTS, TIME)
