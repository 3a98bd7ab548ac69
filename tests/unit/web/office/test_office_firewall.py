"""The firewall's page: what it says of the mirror in the kernel."""

import pytest

from digigate.services.web.office.firewall import trouble
from digigate.services.web.plain import Talk
from digigate.settings.profiles import Profile
from digigate.translations import words

FR = Talk("fr", words("fr"), "t0ken", Profile.CYBER, known=True)


@pytest.mark.parametrize("state", ["off", "starting", "ready", "stopped"])
def test_a_mirror_that_is_well_or_not_wanted_is_not_spoken_of(state: str) -> None:
    assert trouble(FR, {"state": state, "reason": ""}) == []


@pytest.mark.parametrize("state", ["refused", "failed"])
def test_why_the_mirror_does_not_run_is_said(state: str) -> None:
    (notice,) = trouble(FR, {"state": state, "reason": "nft is missing"})
    text = getattr(notice, "text", "")
    assert "Le miroir dans le noyau ne fonctionne pas" in text
    assert '<span lang="en">nft is missing</span>' in text
