"""Settings as inputs: what a form shows of a field, and what a sent form says of it."""

from html import unescape

import pytest

from digigate.services.web.office.fields import (
    allowed,
    control,
    fits,
    given,
    name_of,
    secret_given,
    wrong,
)
from digigate.services.web.plain import Talk
from digigate.settings.form import FormField, fields
from digigate.settings.profiles import Profile
from digigate.settings.sections import Policy, Settings
from digigate.translations import words

EN, FR = (Talk(each, words(each), "t0ken", Profile.CYBER, known=True) for each in ("en", "fr"))
POLICY = {name_of(field): field for field in fields(Policy, "policy")}
EVERY = {field.path: field for field in fields(Settings)}


def test_a_number_has_its_limits_unit_and_help() -> None:
    text = control(EN, POLICY["lock_minutes"], 60).text
    assert '<label for="lock_minutes">Lock duration</label>' in text
    assert 'type="number"' in text
    assert 'min="1"' in text
    assert 'max="1440"' in text
    assert 'value="60"' in text
    assert '<span class="unit">min</span>' in text
    assert "a restart lifts it. 1 to 1440." in text
    assert "aria-invalid" not in text


def test_a_switch_is_a_box_that_is_ticked_or_not() -> None:
    assert " checked>" in control(EN, POLICY["usb"], value=True).text
    assert " checked>" not in control(EN, POLICY["usb"], value=False).text


def test_a_choice_shows_its_words_and_what_is_chosen() -> None:
    text = control(FR, POLICY["password_rule"], "nist").text
    assert '<option value="factory">Manuel (factory)</option>' in text
    assert '<option value="nist" selected>' in text


def test_a_long_text_has_several_lines_and_is_escaped() -> None:
    text = control(EN, POLICY["banner_text"], "<b>Keep out</b>").text
    assert "<textarea" in text
    assert 'maxlength="2000"' in text
    assert "&lt;b&gt;Keep out&lt;/b&gt;</textarea>" in text


def test_what_is_wrong_stands_at_its_input() -> None:
    text = control(EN, POLICY["login_tries"], "many", "Write a number.").text
    assert 'role="alert">Write a number.</strong>' in text
    assert 'aria-invalid="true"' in text
    assert 'value="many"' in text


def test_a_secret_is_never_shown_but_can_be_removed() -> None:
    field = EVERY["snmp.v3_read_password"]
    text = control(EN, field, "vault:settings.snmp.v3_read_password-0123abcd").text
    assert "vault:" not in text
    assert "value=" not in text.partition('type="checkbox"')[0]
    assert 'name="v3_read_password_none"' in text
    assert "8 to 16 characters." in text
    assert "v3_read_password_none" not in control(EN, field, "").text


@pytest.mark.parametrize(
    ("sent", "secret"),
    [
        ({}, None),
        ({"v3_read_password": ""}, None),
        ({"v3_read_password": " sesame "}, " sesame "),
        ({"v3_read_password": "sesame-2", "v3_read_password_none": "true"}, ""),
    ],
)
def test_what_a_sent_form_says_of_a_secret(sent: dict[str, str], secret: str | None) -> None:
    assert secret_given(EVERY["snmp.v3_read_password"], sent) == secret


@pytest.mark.parametrize(
    ("secret", "right"), [("", True), ("1234567", False), ("12345678", True), ("1" * 17, False)]
)
def test_a_secret_is_as_long_as_its_field_wants_it(secret: str, right: bool) -> None:
    assert fits(EVERY["snmp.v3_read_password"], secret) is right
    assert allowed(EN, EVERY["snmp.v3_read_password"]) == "8 to 16 characters"


@pytest.mark.parametrize("talk", [EN, FR], ids=["en", "fr"])
@pytest.mark.parametrize("field", EVERY.values(), ids=lambda field: field.path)
def test_every_setting_can_be_asked_for(talk: Talk, field: FormField) -> None:
    text = control(talk, field, field.default).text
    assert f'name="{name_of(field)}"' in text
    assert talk(field.label) in unescape(text)


@pytest.mark.parametrize(
    ("name", "sent", "meant"),
    [
        ("login_tries", "5", 5),
        ("login_tries", " 5 ", 5),
        ("login_tries", "five", "five"),
        ("login_tries", None, None),
        ("usb", "true", True),
        ("usb", None, False),
        ("password_rule", "nist", "nist"),
        ("banner_text", "Keep out\r\nor else", "Keep out\nor else"),
    ],
)
def test_what_a_sent_form_says(name: str, sent: str | None, meant: object) -> None:
    form = {} if sent is None else {name: sent}
    assert given(POLICY[name], form) == meant


def test_an_empty_optional_field_is_nothing() -> None:
    assert given(EVERY["web.http_port"], {"http_port": ""}) is None
    assert given(EVERY["web.http_port"], {"http_port": "80"}) == 80
    assert given(EVERY["web.hosts"], {"hosts": "a.example, b.example"}) == [
        "a.example", "b.example",
    ]  # fmt: skip


def test_what_the_section_does_not_take_is_named() -> None:
    good = Policy().model_dump()
    assert wrong(Policy, good) == frozenset()
    assert wrong(Policy, {**good, "login_tries": 0, "lock_minutes": "soon"}) == {
        "login_tries", "lock_minutes",
    }  # fmt: skip


def test_what_may_be_written_is_said_in_the_readers_language() -> None:
    assert allowed(EN, POLICY["login_tries"]) == "a whole number from 1 to 20"
    assert allowed(FR, POLICY["login_tries"]) == "un nombre entier de 1 à 20"
    assert allowed(FR, POLICY["banner_text"]) == "au plus 2000 caractères"
    assert allowed(EN, POLICY["password_rule"]) == "one of factory, nist"
