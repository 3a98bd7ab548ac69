"""ports.json appears once all have settled and follows every change."""

import json

from digigate.state import Ports, StateDirectory


def test_nothing_is_published_before_all_have_settled(state: StateDirectory) -> None:
    ports = Ports(state)
    ports.announce("modbus_tcp", 502)
    ports.withdraw("modbus_tcp")
    assert not state.file("ports.json").exists()


def test_the_file_follows_what_is_announced_and_withdrawn(state: StateDirectory) -> None:
    ports = Ports(state)
    ports.announce("modbus_tcp", 502)
    ports.announce("https", 443)
    ports.write()
    assert json.loads(state.file("ports.json").read_text()) == {"https": 443, "modbus_tcp": 502}
    ports.announce("https", 8443)
    assert state.read_json("ports.json") == {"https": 8443, "modbus_tcp": 502} == ports.all()
    ports.withdraw("modbus_tcp")
    ports.withdraw("never announced")
    assert state.read_json("ports.json") == {"https": 8443} == ports.all()


def test_the_file_goes_with_the_daemon(state: StateDirectory) -> None:
    ports = Ports(state)
    ports.announce("https", 443)
    ports.write()
    ports.remove()
    ports.withdraw("https")
    assert state.read_json("ports.json") is None
