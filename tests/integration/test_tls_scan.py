"""What scanners of other people find at the HTTPS door: nothing but that we sign ourselves."""

import json
import re
import subprocess
from collections.abc import Iterator

import pytest

from running import Gateway, free_demo

SELF_SIGNED = "certificate_path_validation"


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with free_demo(tmp_path_factory.mktemp("scan") / "state") as gateway:
        yield gateway


def scanned(gateway: Gateway, *command: str) -> str:
    port = json.loads((gateway.state / "ports.json").read_text())["https"]
    place = [*command, f"127.0.0.1:{port}"]
    done = subprocess.run(place, capture_output=True, text=True, timeout=350, check=False)
    assert "TLS 1.2" in done.stdout, done.stdout + done.stderr
    return done.stdout


@pytest.mark.peer("sslyze")
def test_the_door_complies_with_mozillas_intermediate_profile(gateway: Gateway) -> None:
    report = scanned(gateway, "sslyze", "--mozilla_config=intermediate")
    assert "Checking results against Mozilla" in report
    faults = re.findall(r"^ +\* (\w+): ", report.partition("COMPLIANCE AGAINST")[2], re.MULTILINE)
    assert faults == [SELF_SIGNED]


@pytest.mark.peer("testssl")
@pytest.mark.timeout(400)
def test_no_known_weakness_is_found(gateway: Gateway) -> None:
    quiet = ("--color", "0", "--quiet", "--warnings", "off")
    report = scanned(gateway, "testssl", *quiet, "-p", "-U")
    assert "Heartbleed" in report
    assert "VULNERABLE" not in report
    assert "NOT ok" not in report
