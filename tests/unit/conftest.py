"""What rooms that keep something stand on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from digigate.state import StateDirectory


@pytest.fixture
def state(tmp_path: Path) -> Iterator[StateDirectory]:
    """A state directory of the test's own."""
    with StateDirectory(tmp_path) as state:
        yield state
