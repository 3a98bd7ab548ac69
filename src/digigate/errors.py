"""The error tree: each branch names who must act.

DigigateError
├── SettingsError    the user must act: never retried, shown at its field (ImageRefused)
├── CatalogueError   we must act: fails tests and start
├── SlaveError       the field: SlaveTimeout (SlaveGarbled, LineSeized) · SlaveException(code)
│                    · LineDown · AddressConflict
├── PeerError        a remote server: Unreachable · Refused · Untrusted
├── ListenError      this machine: a port is taken or an address is not there (yet): retried
├── HostError        this machine: one of its programs failed us: retried
└── AccessError      Denied · Locked · Expired

Anything else is a bug: traceback, restart of its service, condition `service.failed`.
"""


class DigigateError(Exception):
    """Base of every error that digigate raises on purpose."""


class SettingsError(DigigateError):
    """What the user asked for cannot be done; the text says where and what to write instead."""


class ImageRefused(SettingsError):
    """A firmware image is not taken; the text says why."""


class CatalogueError(DigigateError):
    """A data file of the catalogue is wrong; the text names file and row."""


class SlaveError(DigigateError):
    """The field side failed; values go stale and a condition says so."""


class SlaveTimeout(SlaveError):
    """The slave did not answer before its deadline."""


class SlaveGarbled(SlaveTimeout):
    """Something was heard before the deadline, but no right answer."""


class LineSeized(SlaveTimeout):
    """Nobody was asked: something else has the whole line for itself, such as detection."""


class SlaveException(SlaveError):
    """The slave answered with a Modbus exception."""

    def __init__(self, code: int) -> None:
        super().__init__(f"the slave answered exception {code:#04x}")
        self.code = code


class LineDown(SlaveError):
    """The line's port is closed or was lost while the request was under way."""


class AddressConflict(SlaveError):
    """Two slaves answer at one address."""


class PeerError(DigigateError):
    """A remote server failed us."""


class Unreachable(PeerError):
    """No connection to the server."""


class Refused(PeerError):
    """The server answered and said no."""


class Untrusted(PeerError):
    """The server's certificate does not hold."""


class ListenError(DigigateError):
    """A port of this machine cannot be opened now; the text says by whom or why."""


class HostError(DigigateError):
    """A program of this machine failed us; the text says which and how."""


class AccessError(DigigateError):
    """The caller may not do this."""


class Denied(AccessError):
    """The profile lacks the right."""


class Locked(AccessError):
    """The profile is locked after failed logins."""


class Expired(AccessError):
    """The password must be changed first."""
