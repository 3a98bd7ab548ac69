"""Debian's snmpd with a module that serves the bench's table."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.figures import CannotRun
from bench.programs import FLAGS, SOURCES
from bench.snmp_values import write_values
from running.waiting import eventually

CONFIGURATION = """\
rocommunity {community} 127.0.0.1
createUser {user} SHA {password} AES {password}
rouser {user} authPriv
dontLogTCPWrappersConnects yes
dlmod snmp_module {module}
"""
"""Without the fourth line it logs each request, which costs it more than the request."""


@contextmanager
def snmpd(folder: Path, community: str, user: str, password: str) -> Iterator[tuple[int, int]]:
    """Its process and its port while the block runs.

    Raises:
        CannotRun: it is not there, or its headers are not.
    """
    if shutil.which("snmpd") is None or not Path("/usr/include/net-snmp").exists():
        raise CannotRun("no snmpd to compare with: apt-get install snmpd snmp libsnmp-dev")
    module, values = folder / "snmp_module.so", folder / "values"
    source = SOURCES / "snmp_module.c"
    subprocess.run(["cc", *FLAGS, "-fPIC", "-shared", "-o", str(module), str(source)], check=True)
    write_values(values)
    file = folder / "snmpd.conf"
    file.write_text(
        CONFIGURATION.format(community=community, user=user, password=password, module=module)
    )
    port = _free_port()
    log = ("-Lf", str(folder / "log"))
    command = ["snmpd", "-f", *log, "-C", "-c", str(file), f"udp:127.0.0.1:{port}"]
    process = subprocess.Popen(
        command,
        env={
            **os.environ,
            "SNMP_BENCH_VALUES": str(values),
            "SNMP_PERSISTENT_DIR": str(folder / "persistent"),
            "MIBS": "",
        },
    )
    try:
        eventually(lambda: _answers(port, community), what="snmpd")
        yield process.pid, port
    finally:
        process.terminate()
        process.wait(10)


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(port: int, community: str) -> bool:
    asked = [
        "snmpget",
        "-v2c",
        "-c",
        community,
        "-r0",
        "-t1",
        f"127.0.0.1:{port}",
        "1.3.6.1.2.1.1.3.0",
    ]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0
