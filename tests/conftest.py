"""Fixtures and rules for every test."""

import os
import shutil

import pytest
from hypothesis import settings

settings.register_profile("digigate", deadline=None)  # a busy machine is no failure
settings.load_profile("digigate")

REQUIRED = os.environ.get("DIGIGATE_REQUIRE_PEERS") == "1"


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A test marked `peer(name)` is skipped without that program, unless peers are required."""
    for mark in item.iter_markers("peer"):
        for name in mark.args:
            if shutil.which(name) is None:
                reason = f"{name} is not on this machine"
                if REQUIRED:
                    pytest.fail(reason)
                pytest.skip(reason)
