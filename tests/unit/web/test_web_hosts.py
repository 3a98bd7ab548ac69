"""Which Host headers are ours."""

import socket

import pytest

from digigate.services.web.hosts import bare_host, is_ours, own_names

NAMES = own_names(["Gateway.Example.org"])


@pytest.mark.parametrize(
    ("header", "host"),
    [
        ("localhost", "localhost"),
        ("LOCALHOST:8443", "localhost"),
        ("gateway.example.org.:443", "gateway.example.org"),
        ("[::1]:443", "::1"),
        ("[fe80::1]", "fe80::1"),
        ("192.168.0.4:443", "192.168.0.4"),
        ("", ""),
    ],
)
def test_the_host_of_a_header(header: str, host: str) -> None:
    assert bare_host(header) == host


@pytest.mark.parametrize(
    "header",
    ["localhost:1", "gateway.example.org", "GATEWAY.example.org:443", "10.0.0.1", "[::1]:8443"],
)
def test_ours(header: str) -> None:
    assert is_ours(header, NAMES)


@pytest.mark.parametrize(
    "header",
    ["evil.example", "localhost.evil.example", "example.org", "", "1.2.3.4.evil.example", "1.2.3"],
)
def test_foreign(header: str) -> None:
    assert not is_ours(header, NAMES)


def test_this_machines_name_is_ours() -> None:
    assert is_ours(socket.gethostname(), own_names([]))
