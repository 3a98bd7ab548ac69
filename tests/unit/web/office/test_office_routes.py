"""The table of the plain pages: who may have each, and that each form leads back to its page."""

import pytest

from digigate.services.web.office import OFFICE
from digigate.services.web.office.firmware import LOAD
from digigate.services.web.office.routes import DEEDS
from digigate.services.web.plain import OFFERED
from digigate.services.web.route import Route
from digigate.settings.profiles import Profile
from digigate.translations import words

PAGES = {route.path: route for route in OFFICE if route.method == "GET"}


def test_every_form_leads_back_to_a_page_of_the_same_or_a_lower_profile() -> None:
    ranks = list(Profile)
    for deed in DEEDS:
        page = PAGES[deed.back]
        assert ranks.index(page.profile) <= ranks.index(deed.profile), deed.path
        assert PAGES[deed.path].profile == deed.profile


@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_a_form_did_is_said_in_words(language: str) -> None:
    known = words(language)
    assert [d.done for d in DEEDS if not d.shown and f"office.done.{d.done}" not in known] == []


def test_what_changes_something_is_a_form() -> None:
    posted = {route.path for route in OFFICE if route.method == "POST"}
    assert posted == {deed.path for deed in DEEDS} | {LOAD}


def test_the_navigation_leads_to_pages_that_its_reader_may_have() -> None:
    for path, least in OFFERED.items():
        if path != "/":
            assert PAGES[path].profile is least


@pytest.mark.parametrize("route", OFFICE, ids=lambda route: f"{route.method} {route.path}")
def test_security_is_for_cyber_only(route: Route) -> None:
    if route.path.startswith(("/security", "/audit")):
        assert route.profile is Profile.CYBER
