"""The plain pages behind the login: profiles, security, system and audit, without JavaScript."""

from digigate.services.web.office.routes import OFFICE

__all__ = ["OFFICE"]
