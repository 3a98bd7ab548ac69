"""The composition root: opens every room and wires every service; nothing else constructs."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from digigate.bus import Bus, BusRooms
from digigate.bus.clocks import SlaveClocks
from digigate.bus.detection import DetectionRooms, Detector
from digigate.bus.roster import Roster
from digigate.bus.workshop.scanning import scan_speeds
from digigate.catalogue import Catalogue
from digigate.clock import Clock
from digigate.commands import Commands
from digigate.conditions import Conditions
from digigate.daemon.chores import AccountKeeper, CertificateKeeper
from digigate.daemon.fitness import Fitness
from digigate.daemon.front import Front, radio, search_registers
from digigate.daemon.modbus import DoorRooms, ModbusDoors
from digigate.daemon.plant import PlantService, PlantSite
from digigate.daemon.snmp import SnmpRoom, SnmpRooms
from digigate.daemon.snmp_notices import NoticeRooms, SnmpNotices
from digigate.errors import SettingsError
from digigate.firewall import Gate
from digigate.firewall.nftables import Mirror, table_of
from digigate.firmware.soundness import Soundness, host_macs
from digigate.firmware.update import Firmware, Patience
from digigate.security.accounts import Accounts
from digigate.security.audit import AuditLog
from digigate.security.authorities import Authorities
from digigate.security.certificates import Certificates
from digigate.security.hashing import Hashing
from digigate.security.sessions import Session, Sessions
from digigate.security.tokens import Tokens
from digigate.security.vault import Vault
from digigate.services.control.server import ControlServer
from digigate.services.modbus import Sight
from digigate.services.snmp import mib, products
from digigate.services.snmp.mib2.links import Interface
from digigate.services.snmp.products import Sight as SnmpSight
from digigate.services.snmp.writing import writer as snmp_writer
from digigate.services.web import Entrance, Ground, Redirect, View, WebServer
from digigate.settings import KeptTopology, Problem, TopologyFile, check_change, problems
from digigate.settings.sections import Gateway, Line, Polling, Settings, Web
from digigate.settings.topology import BusName, Topology
from digigate.state import Ports, StateDirectory
from digigate.store import Store
from digigate.supervisor import Off, Service, Supervisor


@dataclass(frozen=True, slots=True)
class LineView:
    """What one bus depends on."""

    line: Line
    polling: Polling


class House:
    """All rooms of one gateway."""

    def __init__(
        self,
        settings: Settings,
        topology: Topology,
        state: StateDirectory,
        clock: Clock,
        vault: Vault,
        slots: Path,
    ) -> None:
        self.settings = settings
        file = TopologyFile(state.file("topology.yaml"))
        self.plan = KeptTopology(topology, self._check_topology, file.save)
        self.clock = clock
        self.conditions = Conditions(clock)
        self._fitness = Fitness(self.conditions)
        self.catalogue = Catalogue.load()
        self.store = Store(clock)
        self.ports = Ports(state)
        self.gate = Gate(settings.firewall, self.conditions)
        self._table = table_of(state.path)
        hosts = settings.web.hosts
        self.certificates = Certificates(state, clock, vault, settings.gateway.server, hosts)
        self.certificates.use_own(settings.web.own_certificate)
        self.authorities = Authorities(state, clock)
        self.audit = AuditLog(
            state, clock, self.conditions, lambda: self.settings.policy.audit_days
        )
        self.hashing = Hashing()
        self.accounts = Accounts(
            state,
            clock,
            self.conditions,
            lambda: self.settings.policy,
            self.hashing,
            self.audit.note,
        )
        self.sessions = Sessions(clock, lambda: self.settings.policy)
        self.tokens = Tokens(state, clock, lambda: self.settings.policy)
        self.firmware = Firmware(state.path, slots, self.conditions, self._patience)
        self._soundness = Soundness(self.conditions)
        self.commands = Commands(self.audit.note)
        rooms = BusRooms(self.store, self.conditions, clock, self.catalogue)
        self.bus = Bus(settings.buses, settings.polling, topology, rooms)
        self.detector = Detector(
            DetectionRooms(
                self.bus,
                self.plan,
                lambda: self.settings,
                partial(scan_speeds, self.bus),
                self.catalogue,
                self.conditions,
            )
        )
        self.front = Front(
            clock,
            self.bus,
            self.conditions,
            self.detector,
            lambda: radio(settings.gateway, self.settings.policy),
        )
        self.roster = Roster(self.bus, lambda: self.topology, self.catalogue)
        self.slave_clocks = SlaveClocks(self.bus, self.roster, clock, self.conditions)
        self.snmp = self._snmp_room(state, vault)
        self.notices = SnmpNotices(self._notice_rooms(vault))
        self.snmp.notices = self.notices.sender
        self.supervisor: Supervisor[Settings] = Supervisor(self.conditions, clock)
        self._control = state.file("control.sock")
        self._plant: PlantService | None = None

    @property
    def topology(self) -> Topology:
        """The topology in force."""
        return self.plan.current

    def wire(self, plant: PlantSite | None) -> None:
        """Hand every service to the supervisor, with just the settings that it depends on."""
        if plant is not None:
            simulator = self._plant = PlantService(plant, self.clock)
            self.supervisor.wire("plant", lambda _: None, lambda _: simulator)
        self.supervisor.wire("audit", lambda _: None, lambda _: self.audit)
        self.supervisor.wire("control", lambda _: None, lambda _: self._control_server())
        for name in BusName:
            self.supervisor.wire(name, partial(self._line_view, name), partial(self._line, name))
        self.supervisor.wire("cascade", lambda s: s.polling, self.bus.cascade)
        self.supervisor.wire("detection", lambda _: None, lambda _: self.detector)
        self._modbus_doors().wire(self.supervisor)
        self.snmp.wire(self.supervisor)
        self.notices.wire(self.supervisor)
        self.supervisor.wire("clocks", lambda s: s.time.slaves, self.slave_clocks.service)
        keeper = CertificateKeeper(self.certificates, self.judge_certificates)
        accounts = AccountKeeper(self.accounts, self.tokens)
        self.supervisor.wire("accounts", lambda s: s.policy, lambda _: accounts)
        self.supervisor.wire("certificate", lambda _: None, lambda _: keeper)
        self.supervisor.wire("nftables", lambda s: s.firewall.mirror_to_nftables, self._mirror)
        self.supervisor.wire("https", lambda s: (_pages(s.web), s.gateway.unnamed), self._web)
        self.supervisor.wire("http", lambda s: _plain(s.web), self._redirect)

    def apply(self, settings: Settings) -> None:
        """Restart what the change concerns; the firewall's limits act at once."""
        former, self.settings = self.settings, settings
        self.gate.apply(settings.firewall)
        if settings.web.own_certificate != former.web.own_certificate:
            self.certificates.use_own(settings.web.own_certificate)
            self.judge_certificates()
        self.supervisor.apply(settings)
        self.judge()

    def take(self, topology: Topology) -> None:
        """Serve another topology."""
        self.bus.set_topology(topology)
        self.judge()

    def judge_certificates(self) -> None:
        """Say which certificates end or have ended."""
        self.certificates.judge(self.conditions)
        self.authorities.judge(self.conditions)

    def note_end(self, session: Session) -> None:
        """Write down that somebody is logged out, whoever or whatever did it."""
        facts = {"id": session.handle, "since": session.since.isoformat()}
        self.audit.note(session.profile.value, session.client, "session", "ended", facts)

    def link_changed(self, interface: Interface) -> None:
        """Tell managers that an interface of this machine has come up or gone down."""
        self.notices.linked(interface.index, up=interface.works)

    def judge(self) -> None:
        """Say what of the topology cannot be served as the gateway is set now, and whether the
        gateway itself is sound.
        """
        self._fitness.judge(self.problems(self.topology))
        self._soundness.judge(self.settings.gateway.identity(), host_macs())

    def problems(self, topology: Topology) -> tuple[Problem, ...]:
        """What of this topology the gateway cannot serve as it is set now."""
        return problems(self.settings, topology, self.catalogue)

    def check_settings(self, former: Settings, wanted: Settings) -> None:
        """Refuse settings that break what the topology has, or that lack their certificate.

        Raises:
            SettingsError: so it is; the text says what to do first.
        """
        asked = wanted.web.own_certificate and not former.web.own_certificate
        if asked and not self.certificates.own.standing().complete:
            raise SettingsError("upload a certificate and its key before it can be shown")
        before, after = (problems(s, self.topology, self.catalogue) for s in (former, wanted))
        check_change(before, after)

    def _patience(self) -> Patience:
        trial = self.settings.firmware
        return Patience(trial.ready_within, trial.steady_for)

    def _check_topology(self, former: Topology, topology: Topology) -> None:
        check_change(self.problems(former), self.problems(topology))

    def _line_view(self, name: BusName, settings: Settings) -> LineView:
        return LineView(getattr(settings.buses, name), settings.polling)

    def _line(self, name: BusName, view: LineView) -> Service:
        line = self.bus.service(name, view.line, view.polling)
        return line if self._plant is None else self._plant.before(line)

    def _control_server(self) -> ControlServer:
        return ControlServer(self._control, self.commands)

    def _snmp_room(self, state: StateDirectory, vault: Vault) -> SnmpRoom:
        rooms = SnmpRooms(self.gate, self.ports, state, vault.reveal, lambda: self.settings)
        room = SnmpRoom(rooms, host_macs(), snmp_writer(self.commands, self.roster, self.store))
        sight = SnmpSight(
            settings=lambda: self.settings,
            topology=lambda: self.topology,
            store=self.store,
            bus=self.bus,
            catalogue=self.catalogue,
            conditions=self.conditions,
            clock=self.clock,
            changes=room.changes,
        )
        room.show(products.tables(sight))
        return room

    def _notice_rooms(self, vault: Vault) -> NoticeRooms:
        return NoticeRooms(
            conditions=self.conditions,
            plan=self.plan,
            instance=self.snmp.instance,
            admits=lambda host, port: self.gate.admits_outgoing(host, "udp", port),
            settings=lambda: self.settings,
            uptime=self.snmp.uptime,
            engine=lambda: self.snmp.authority,
            reveal=vault.reveal,
            monotonic=self.clock.monotonic,
        )

    def _modbus_doors(self) -> ModbusDoors:
        sight = Sight(
            settings=lambda: self.settings,
            topology=lambda: self.topology,
            bus=self.bus,
            conditions=self.conditions,
            clock=self.clock,
            leds=self.front.codes,
            search=partial(search_registers, self.detector),
            started=self.clock.monotonic(),
        )
        rooms = DoorRooms(
            self.store, self.bus, self.gate, self.ports, self.catalogue, self.certificates
        )
        return ModbusDoors(rooms, sight, self.commands)

    def _mirror(self, wanted: bool) -> Mirror | Off:  # noqa: FBT001 -- the setting itself
        return Mirror(self.gate, self._table) if wanted else Off()

    def _web(self, view: tuple[Web, Gateway]) -> WebServer:
        web, gateway = view
        eyes = View(
            identity=gateway.identity(),
            settings=lambda: self.settings,
            topology=lambda: self.topology,
            store=self.store,
            bus=self.bus,
            health=self.supervisor.health,
            ports=self.ports.all,
            conditions=self.conditions,
            clock=self.clock,
            catalogue=self.catalogue,
            commands=self.commands,
            detection=lambda: self.detector.status,
            load_firmware=self.firmware.stage,
            lamps=self.front.lamps,
            documents={mib.FILE: mib.document},
        )
        entrance = Entrance(self.accounts, self.sessions, lambda: self.settings.policy, self.tokens)
        return WebServer(web, self._ground(), eyes, entrance)

    def _redirect(self, web: Web) -> Redirect | Off:
        port = web.http_port
        return Off() if port is None else Redirect(web, port, self._ground())

    def _ground(self) -> Ground:
        return Ground(self.gate, self.ports, self.certificates)


def _pages(web: Web) -> Web:
    """What the pages restart for: another certificate reaches new connections without."""
    return web.model_copy(update={"own_certificate": False, "http_port": None})


def _plain(web: Web) -> Web:
    """What the plain port restarts for; it looks up where the pages are."""
    return web.model_copy(update={"own_certificate": False, "https_port": 0})
