"""Orders about certificates that come at the same moment."""

import asyncio
from typing import Any

import pytest

from digigate.clock import Clock
from digigate.commands import Caller, Commands
from digigate.conditions import Conditions
from digigate.daemon.orders import Trust, enter_certificates
from digigate.errors import SettingsError
from digigate.security.authorities import Authorities
from digigate.security.certificates import Certificates
from digigate.security.tlstest import Turns
from digigate.security.vault import Vault
from digigate.state import StateDirectory
from pki import Maker

pytestmark = pytest.mark.filterwarnings("ignore:Parsed a serial number")  # of the system's roots
OWNER = Caller("owner")
MAKER = Maker()


async def nobody(_host: str, _port: int) -> str:
    raise SettingsError("the firewall's rules let the gateway call nobody")


@pytest.fixture
def commands(state: StateDirectory) -> Commands:
    clock, commands = Clock(), Commands()
    trust = Trust(
        Certificates(state, clock, Vault(state)),
        Authorities(state, clock),
        Conditions(clock),
        admitted=nobody,
        own_is_set=lambda: False,
        turns=Turns(clock.monotonic),
    )
    enter_certificates(commands, trust)
    return commands


async def done(commands: Commands, order: str, **given: Any) -> Any:
    return await commands.execute(order, given, OWNER)


async def test_two_halves_that_come_at_once_find_each_other(commands: Commands) -> None:
    made = MAKER.make()
    first, second = await asyncio.gather(
        done(commands, "certificates.upload", certificate=made.pem),
        done(commands, "certificates.upload", key=made.key_pem),
    )
    assert sorted((first["complete"], second["complete"])) == [False, True]
    told = await done(commands, "certificates")
    assert (told["complete"], told["staged_certificate"], told["staged_key"]) == (
        True,
        False,
        False,
    )


async def test_authorities_that_come_at_once_are_all_believed(commands: Commands) -> None:
    roots = [MAKER.root(f"Root {number}").pem for number in range(5)]
    await asyncio.gather(*(done(commands, "authorities.add", pem=root) for root in roots))
    told = await done(commands, "authorities")
    assert {each["name"] for each in told["uploaded"]} == {f"CN=Root {n}" for n in range(5)}


async def test_an_authority_file_that_is_damaged_is_set_aside(
    commands: Commands, state: StateDirectory
) -> None:
    state.write_text("authorities.pem", "nothing")
    told = await done(commands, "authorities")
    assert told["uploaded"] == []
    assert state.read_text("authorities.pem.broken") == "nothing"


async def test_the_rules_of_the_firewall_hold_for_a_test_too(commands: Commands) -> None:
    with pytest.raises(SettingsError, match="the firewall's rules"):
        await done(commands, "tls.test", host="localhost", port=1)
