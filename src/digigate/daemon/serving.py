"""One run of the daemon: from the locked state directory to the last service stopped."""

import asyncio
import logging
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial

from digigate.daemon import reports, resetting, restoring
from digigate.daemon.backup import Plan, collected
from digigate.daemon.chores import log_condition
from digigate.daemon.ending import Ending
from digigate.daemon.front import blink_slave
from digigate.daemon.house import House
from digigate.daemon.keeping import SettingsKeeper, effective
from digigate.daemon.notify import guarded, notify, watchdog_interval
from digigate.daemon.orders import (
    Archive,
    Bench,
    Doorkeeping,
    Joiner,
    Planning,
    SnmpDesk,
    Trust,
    enter_accounts,
    enter_audit,
    enter_backup,
    enter_certificates,
    enter_clock,
    enter_configure,
    enter_counters,
    enter_detection,
    enter_firewall,
    enter_firmware,
    enter_gateways,
    enter_panel,
    enter_reboot,
    enter_refresh,
    enter_reports,
    enter_reset,
    enter_sessions,
    enter_settings,
    enter_slave_clocks,
    enter_snmp,
    enter_tokens,
    enter_topology,
    enter_vault,
    enter_workshop,
)
from digigate.daemon.orders.telling import enter_broadcast
from digigate.daemon.start import Relaunch, Start, kept_topology
from digigate.daemon.timekeeping import kept_clock
from digigate.daemon.trial import Rules, RulesTrial
from digigate.firewall.outgoing import admitted
from digigate.identity import Identity
from digigate.security.keyring import handed_over
from digigate.security.safe import SettingsSafe
from digigate.security.tlstest import Turns
from digigate.security.vault import Vault
from digigate.settings import KeptSettings
from digigate.settings.sections import Detection
from digigate.state import StateDirectory
from digigate.supervisor import UNWELL

log = logging.getLogger(__name__)

Announce = Callable[[House], None]


async def serve(start: Start, announce: Announce = lambda _: None) -> Start | Relaunch | None:
    """Run until SIGTERM, SIGINT or a reboot; `announce` is called once all services have settled.

    Returns what to start again with after a reboot: the settings as they stand in their file by
    then, the topology as it was kept; `Relaunch` where another release is to run; None = the end.

    Raises:
        SettingsError: the state directory is in use or a kept file is wrong.
    """
    with ExitStack() as stack:
        state = stack.enter_context(StateDirectory(start.state))
        given, start = start, resetting.finish(state, start)
        vault = Vault(state, handed_over())
        start = restoring.finish(state, vault, start)
        topology = kept_topology(state, start)
        safe = SettingsSafe(vault)
        layer = state.file("settings.yaml")
        kept = KeptSettings(start.settings, start.settings_file, layer, safe)
        zone = kept.current.time.zone
        clock = stack.enter_context(kept_clock(state, zone, start.speed))
        wanted = effective(start, kept.current, clock)
        house = House(wanted, topology, state, clock, vault, start.slots_in)
        stack.callback(house.ports.remove)
        stack.callback(house.hashing.close)
        house.wire(start.plant)
        keeper = SettingsKeeper(house, start, kept)
        _enter_orders(house)
        enter_settings(house.commands, keeper)
        trial = _enter_firewall(house, keeper, state)
        stack.enter_context(_watching(house, keeper))
        house.notices.begin(warm=start.warm and start is given)
        house.judge()
        stack.enter_context(vault.judging(house.conditions))
        house.firmware.announce()
        ending = Ending()
        enter_reboot(house.commands, ending.reboot)
        enter_reset(house.commands, state, ending.reboot)
        enter_vault(house.commands, vault)

        def configured() -> Plan:
            return collected(state, vault, kept.current, house.topology, clock)

        archive = Archive(state, vault, configured, trial)
        enter_backup(house.commands, archive, ending.reboot)
        enter_firmware(house.commands, house.firmware, ending.relaunch)
        await _run(house, keeper, ending, announce)
        if ending.relaunching:
            return Relaunch()
        return keeper.again() if ending.again else None


@contextmanager
def _watching(house: House, keeper: SettingsKeeper) -> Iterator[None]:
    """Everybody hears of what concerns him while the block runs."""
    with ExitStack() as stack:
        stack.enter_context(house.clock.watch(keeper.act))
        stack.enter_context(house.clock.watch(house.judge_certificates))
        stack.enter_context(house.plan.watch(house.take))
        stack.enter_context(house.accounts.watch(house.sessions.end_of))
        stack.enter_context(house.sessions.watch(house.note_end))
        stack.enter_context(house.conditions.watch(log_condition))
        stack.enter_context(house.notices.watching())
        stack.enter_context(house.snmp.watching(house.plan, house.link_changed))
        yield


def _enter_orders(house: House) -> None:
    enter_clock(house.commands, house.clock)
    enter_accounts(house.commands, house.accounts)
    enter_sessions(house.commands, house.sessions)
    enter_tokens(house.commands, house.tokens, lambda: house.settings.policy.api_tokens)
    enter_audit(house.commands, house.audit)
    trust = Trust(
        house.certificates,
        house.authorities,
        house.conditions,
        partial(admitted, house.gate),
        lambda: house.settings.web.own_certificate,
        Turns(house.clock.monotonic),
    )
    enter_certificates(house.commands, trust)
    enter_reports(
        house.commands,
        {
            "ports": lambda: dict(house.ports.all()),
            "status": lambda: reports.status(house),
            "sockets": lambda: reports.sockets(house),
        },
    )
    _enter_topology(house)
    _enter_detection(house)
    _enter_workshop(house)
    enter_snmp(house.commands, _snmp_desk(house))


def _snmp_desk(house: House) -> SnmpDesk:
    def engine() -> dict[str, object]:
        authority = house.snmp.authority
        return {"engine_id": authority.id.hex(), "boots": authority.boots, "time": authority.time}

    return SnmpDesk(
        house.notices.sender,
        lambda: house.settings,
        house.supervisor.health,
        lambda: house.ports.all().get("snmp"),
        engine,
        lambda: len(house.notices.alarms.active),
        house.supervisor.settled,
    )


def _enter_firewall(house: House, keeper: SettingsKeeper, state: StateDirectory) -> RulesTrial:
    def put(wanted: Rules) -> None:
        keeper.kept.set_all(
            {"firewall.rules": list(wanted.rules), "firewall.outgoing": wanted.outgoing}
        )
        keeper.act()

    trial = RulesTrial(state, put, house.clock.monotonic)
    house.supervisor.wire("firewall", lambda _: None, lambda _: trial)
    desk = Doorkeeping(
        house.gate,
        trial,
        lambda: house.settings.firewall,
        lambda: house.ports.all().get("https"),
        lambda: next(each for each in house.supervisor.health() if each.name == "nftables"),
    )
    enter_firewall(house.commands, desk)
    return trial


def _enter_topology(house: House) -> None:
    planning = Planning(
        house.plan,
        house.catalogue,
        house.problems,
        house.bus,
        lambda: house.settings.gateway.address,
    )
    enter_topology(house.commands, planning)
    enter_refresh(house.commands, planning)

    def identity() -> Identity:
        return house.settings.gateway.identity()

    enter_gateways(house.commands, Joiner(planning, identity, house.ports.all))


def _enter_workshop(house: House) -> None:
    bench = Bench(
        house.bus, house.roster, house.catalogue, house.clock, lambda: house.settings.buses
    )
    enter_workshop(house.commands, bench)
    enter_broadcast(house.commands, house.bus, house.roster, lambda: house.settings.buses)
    enter_configure(house.commands, house.roster, house.catalogue)
    enter_counters(house.commands, house.roster, house.catalogue)
    enter_slave_clocks(house.commands, house.slave_clocks)


def _enter_detection(house: House) -> None:
    def stored() -> Detection:
        return house.settings.detection

    async def blink(address: int) -> None:
        await blink_slave(house.bus, house.topology, house.catalogue, address)

    enter_detection(house.commands, house.detector, stored)
    enter_panel(house.commands, house.front, house.detector, stored, blink)


async def _run(house: House, keeper: SettingsKeeper, ending: Ending, announce: Announce) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ending.stop)
    loop.add_signal_handler(signal.SIGHUP, keeper.reread)
    services = asyncio.create_task(house.supervisor.run(house.settings), name="services")
    others = [
        asyncio.create_task(_published(house, announce), name="publish"),
        asyncio.create_task(_heartbeat(house), name="watchdog"),
    ]
    stopping = asyncio.create_task(ending.wait(), name="ending")
    try:
        await asyncio.wait({services, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        notify("RELOADING=1" if ending.again else "STOPPING=1")
        for task in (*others, stopping, services):
            task.cancel()
        with suppress(asyncio.CancelledError):
            await services
        if stuck := house.supervisor.stuck():
            log.error("services did not stop", extra={"services": ", ".join(stuck)})
            logging.shutdown()
            os._exit(1)  # asyncio.run would wait for them for ever


async def _published(house: House, announce: Announce) -> None:
    await house.supervisor.settled()
    house.ports.write()
    notify("READY=1")
    announce(house)


async def _heartbeat(house: House) -> None:
    interval = watchdog_interval()
    while interval is not None:
        unwell = [h.name for h in house.supervisor.health() if h.state in UNWELL]
        notify(guarded("WATCHDOG=1", unwell))
        await asyncio.sleep(interval)
