"""The routes of the plain pages: what each shows, what its forms do, and who may."""

from collections.abc import Iterable, Iterator

from digigate.services.web.office import (
    audit,
    authorities,
    backup,
    firewall,
    firmware,
    https,
    policy,
    profile,
    protocols,
    reset,
    system,
    upload,
)
from digigate.services.web.office.desk import Deed, Page, done, read, returned
from digigate.services.web.office.shown import SCRIPT_PATH, script_file
from digigate.services.web.route import Route
from digigate.settings.profiles import Profile


def _page(path: str, page: Page, summary: str, profile: Profile = Profile.CYBER) -> Route:
    return Route("GET", path, read(page), profile, summary)


def _forms(deeds: Iterable[Deed]) -> Iterator[Route]:
    for deed in deeds:
        yield Route("POST", deed.path, done(deed), deed.profile, f"A form of {deed.back}")
        yield Route("GET", deed.path, returned(deed), deed.profile, f"Leads to {deed.back}")


DEEDS: tuple[Deed, ...] = (
    *profile.DEEDS,
    *policy.DEEDS,
    *https.DEEDS,
    *authorities.DEEDS,
    *firewall.DEEDS,
    *protocols.DEEDS,
    *system.DEEDS,
    *firmware.DEEDS,
    *backup.DEEDS,
    *reset.DEEDS,
)

OFFICE: tuple[Route, ...] = (
    _page(profile.PROFILE, profile.profile, "Passwords, sessions, tokens", Profile.ADVANCED),
    _page(policy.SECURITY, policy.policy, "Security policy"),
    _page(https.HTTPS, https.https, "Certificate of the pages"),
    _page(authorities.AUTHORITIES, authorities.authorities, "Authorities, connection test"),
    _page(firewall.FIREWALL, firewall.firewall, "Firewall"),
    _page(protocols.PROTOCOLS, protocols.protocols, "Field protocols", Profile.ADMIN),
    _page(system.SYSTEM, system.system, "Name plate, reboot, identify", Profile.ADMIN),
    _page(firmware.UPDATE, firmware.firmware, "Firmware update"),
    Route("POST", firmware.LOAD, upload.load, Profile.CYBER, "Load a firmware file", streams=True),
    _page(firmware.LOAD, firmware.firmware, "What its check found"),
    _page(backup.BACKUP, backup.backup, "Backup and restore"),
    _page(reset.RESET, reset.reset, "Factory reset"),
    _page(audit.AUDIT, audit.audit, "Who ordered what"),
    *_forms(DEEDS),
    Route("GET", SCRIPT_PATH, script_file, Profile.USER, "What scripts add to plain pages"),
)
