"""What the machine's own tools say of the systemd unit, and that we can live under it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from running.gateway import ROOT

UNIT = ROOT / "config" / "digigate.service"
EXPOSURE_MAX = 2.0

# What MemoryDenyWriteExecute does where the kernel can (6.3), then all that our wheels need.
UNDER_IT = """
import ctypes, mmap, sys
if ctypes.CDLL(None).prctl(65, 1, 0, 0, 0):
    sys.exit(77)
try:
    mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
except PermissionError:
    pass
else:
    sys.exit("memory can be written and run")
import digigate.daemon, digigate.cli, digigate.simulator
from pathlib import Path
from digigate.clock import Clock
from digigate.firmware.keys import make_pair
from digigate.security.certificates import Certificates
from digigate.security.vault import Vault
from digigate.state import StateDirectory
from argon2 import PasswordHasher
folder = Path(sys.argv[1])
PasswordHasher(1, 8192, 1).hash("argon2 by cffi")
make_pair(folder / "a.key", folder / "a.pub")
with StateDirectory(folder / "state") as state:
    Certificates(state, Clock(), Vault(state)).context()
print("well")
"""


@pytest.mark.peer("systemd-analyze")
def test_systemd_finds_little_exposed(tmp_path: Path) -> None:
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", str(UNIT)],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    found = re.search(r"exposure level for \S+: ([0-9.]+)", done.stdout)
    assert found, done.stdout + done.stderr
    assert float(found[1]) <= EXPOSURE_MAX


def test_our_wheels_need_no_writable_code(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", UNDER_IT, str(tmp_path)],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    if done.returncode == 77:
        pytest.skip("this kernel cannot deny it (it is older than 6.3)")
    assert done.stdout == "well\n", done.stderr


def test_the_container_has_no_rights() -> None:
    service = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["gateway"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert "environment" not in service
    assert "no-new-privileges:true" in service["security_opt"]
    assert [mount.partition(":")[2] for mount in service["volumes"]] == ["/var/lib/digigate"]
    image = (ROOT / "Dockerfile").read_text()
    assert re.search(r"^USER (?!root)\w+$", image, re.MULTILINE)
    assert "DIGIGATE_IMAGE=1" in image
    assert "HEALTHCHECK" in image
