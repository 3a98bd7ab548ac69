"""Which new passwords are good enough."""

import pytest

from digigate.security.passwords import Fault, Rule, common, explained, faults, plain


@pytest.mark.manual(72)
@pytest.mark.parametrize(
    ("password", "lacks"),
    [
        ("Ab3$efghi", Fault.SHORT),
        ("ab3$efghijk", Fault.UPPER),
        ("AB3$EFGHIJK", Fault.LOWER),
        ("Abc$efghijk", Fault.DIGIT),
        ("Ab3defghijk", Fault.SPECIAL),
    ],
)
def test_the_factory_rule_names_the_one_thing_that_is_missing(password: str, lacks: Fault) -> None:
    assert faults(password, Rule.FACTORY) == (lacks,)


@pytest.mark.parametrize("password", ["Ab3$efghij", "Clé du local n°7", "x" * 60 + "Y7-z"])
def test_a_good_password_lacks_nothing(password: str) -> None:
    assert faults(password, Rule.FACTORY) == ()


def test_nist_asks_for_length_alone() -> None:
    assert faults("only lower case letters", Rule.NIST) == ()
    assert faults("fourteen chars", Rule.NIST) == (Fault.SHORT,)
    assert Rule.NIST.lifetime is None


@pytest.mark.parametrize(
    "password",
    [
        "Password123!",
        "P@ssw0rd2026!",
        "MotDePasse1!",
        "Azertyuiop123!",
        "SOCOMEC-2026",
        "Digiware1234!",
    ],
)
def test_common_words_are_refused_in_every_disguise(password: str) -> None:
    assert Fault.COMMON in faults(password, Rule.FACTORY)


def test_the_list_is_long_enough() -> None:
    assert len(common()) >= 3000
    assert "password123" in common()


def test_more_than_anybody_types_is_refused() -> None:
    assert Fault.LONG in faults("Ab3$" * 40, Rule.FACTORY)


def test_the_sentence_says_what_to_type() -> None:
    found = faults("abc", Rule.FACTORY)
    assert explained(found, Rule.FACTORY).startswith(
        "the new password needs at least 10 characters, an upper-case letter"
    )


def test_two_ways_to_type_an_accent_are_one_password() -> None:
    assert plain("Avance\u0301") == plain("Avanc\u00e9")
