"""The HTTPS pair and the TLS rules, judged by OpenSSL's own client."""

import asyncio
import re
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from digigate.clock import Clock
from digigate.conditions import Conditions
from digigate.firewall import Gate
from digigate.security.certificates import PAIR, Certificates
from digigate.security.vault import Vault
from digigate.settings.sections import Firewall
from digigate.state import StateDirectory


@asynccontextmanager
async def https(path: Path) -> AsyncIterator[int]:
    """A TLS server behind the gate that answers each line by itself."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            writer.write(line)
        writer.close()

    clock = Clock()
    with StateDirectory(path) as state:
        context = Certificates(state, clock, Vault(state)).context()
        gate = Gate(Firewall(), Conditions(clock))
        sock = gate.listen_tcp("127.0.0.1", 0, "https")
        async with await asyncio.start_server(echo, sock=sock, ssl=context):
            yield sock.getsockname()[1]


async def s_client(port: int, *options: str) -> str:
    process = await asyncio.create_subprocess_exec(
        "openssl",
        "s_client",
        "-connect",
        f"127.0.0.1:{port}",
        *options,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    return output.decode(errors="replace")


async def test_a_client_that_knows_the_certificate_is_served(tmp_path: Path) -> None:
    async with https(tmp_path) as port:
        trusting = ssl.create_default_context(cafile=tmp_path / PAIR)
        trusting.set_alpn_protocols(["h2", "http/1.1"])
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", port, ssl=trusting, server_hostname="localhost"
        )
        writer.write(b"hello\n")
        assert await reader.readline() == b"hello\n"
        tls = writer.get_extra_info("ssl_object")
        assert tls.version() == "TLSv1.3"
        assert tls.selected_alpn_protocol() == "http/1.1"
        writer.close()
        await writer.wait_closed()


async def test_a_client_that_knows_nothing_does_not_trust_it(tmp_path: Path) -> None:
    async with https(tmp_path) as port:
        with pytest.raises(ssl.SSLCertVerificationError, match=r"self.signed"):
            await asyncio.open_connection("127.0.0.1", port, ssl=ssl.create_default_context())


@pytest.mark.peer("openssl")
@pytest.mark.parametrize(
    ("options", "agreed"),
    [
        (["-tls1_3"], "TLSv1.3"),
        (["-tls1_2"], "ECDHE-ECDSA-"),
        (["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"], None),
        (["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA256"], None),
        (["-tls1_2", "-cipher", "AES128-GCM-SHA256"], None),
        (["-tls1_3", "-groups", "X448"], None),
        (["-tls1_3", "-groups", "P-521"], None),
        (["-tls1_3", "-groups", "X25519:P-256"], "TLSv1.3"),
    ],
)
async def test_openssl_agrees_on_what_is_allowed_and_nothing_else(
    tmp_path: Path, options: list[str], agreed: str | None
) -> None:
    async with https(tmp_path) as port:
        output = await s_client(port, *options)
    cipher = re.search(r"^New, (\S+), Cipher is (\S+)", output, re.MULTILINE)
    assert cipher is not None, output
    if agreed is None:
        assert cipher[2] == "(NONE)"
    else:
        assert agreed in {cipher[1], cipher[2]} or cipher[2].startswith(agreed)


async def test_what_is_no_tls_at_all_is_dropped(tmp_path: Path) -> None:
    async with https(tmp_path) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, family=socket.AF_INET)
        writer.write(b"GET / HTTP/1.1\r\n\r\n")
        try:
            answer = await reader.read()
        except ConnectionResetError:
            answer = b""
        assert b"HTTP" not in answer
        writer.close()
