"""What can be ordered of the gateway, a module per subject; `serving` enters them all."""

from digigate.daemon.orders.accounts import enter_accounts
from digigate.daemon.orders.audit import enter_audit
from digigate.daemon.orders.backup import Archive, enter_backup
from digigate.daemon.orders.certificates import Trust, enter_certificates
from digigate.daemon.orders.clock import SPEED_MAX, enter_clock
from digigate.daemon.orders.configure import enter_configure
from digigate.daemon.orders.counters import enter_counters
from digigate.daemon.orders.detection import enter_detection
from digigate.daemon.orders.firewall import Doorkeeping, enter_firewall
from digigate.daemon.orders.firmware import enter_firmware
from digigate.daemon.orders.gateways import Joiner, enter_gateways
from digigate.daemon.orders.panel import enter_panel
from digigate.daemon.orders.reboot import enter_reboot
from digigate.daemon.orders.refreshing import enter_refresh
from digigate.daemon.orders.reports import enter_reports
from digigate.daemon.orders.reset import enter_reset
from digigate.daemon.orders.sessions import enter_sessions
from digigate.daemon.orders.settings import enter_settings
from digigate.daemon.orders.slave_clocks import enter_slave_clocks
from digigate.daemon.orders.snmp import SnmpDesk, enter_snmp
from digigate.daemon.orders.tokens import enter_tokens
from digigate.daemon.orders.topology import Planning, enter_topology
from digigate.daemon.orders.vault import enter_vault
from digigate.daemon.orders.workshop import Bench, enter_workshop

__all__ = [
    "SPEED_MAX",
    "Archive",
    "Bench",
    "Doorkeeping",
    "Joiner",
    "Planning",
    "SnmpDesk",
    "Trust",
    "enter_accounts",
    "enter_audit",
    "enter_backup",
    "enter_certificates",
    "enter_clock",
    "enter_configure",
    "enter_counters",
    "enter_detection",
    "enter_firewall",
    "enter_firmware",
    "enter_gateways",
    "enter_panel",
    "enter_reboot",
    "enter_refresh",
    "enter_reports",
    "enter_reset",
    "enter_sessions",
    "enter_settings",
    "enter_slave_clocks",
    "enter_snmp",
    "enter_tokens",
    "enter_topology",
    "enter_vault",
    "enter_workshop",
]
