"""The part of the vault that settings refer to: `vault:settings.<path>-<number>`."""

import logging
import os
from collections.abc import Collection

from digigate.errors import SettingsError
from digigate.security.vault import REFERENCE, Vault

log = logging.getLogger(__name__)

PREFIX = "settings."


class SettingsSafe:
    """Takes the clear values of secret fields, each under a name of its own."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def put(self, path: str, secret: str) -> str:
        """Keep a secret of this field; returns the reference to it. Raises SettingsError."""
        name = f"{PREFIX}{path}-{os.urandom(4).hex()}"
        self._vault.put(name, secret.encode())
        return REFERENCE + name

    def keep_only(self, references: Collection[str]) -> None:
        """Forget what nothing refers to any more; what cannot be forgotten now is later."""
        kept = {each.removeprefix(REFERENCE) for each in references}
        stale = [n for n in self._vault.names if n.startswith(PREFIX) and n not in kept]
        try:
            for name in stale:
                self._vault.drop(name)
        except SettingsError as error:
            log.warning("a former secret is still kept", extra={"reason": str(error)})
