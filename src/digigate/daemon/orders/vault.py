"""`vault`, `vault.rotate`: which secrets there are, by name alone, and a new key for them."""

from digigate.commands import Arguments, Command, Commands, Json
from digigate.security.vault import Vault
from digigate.settings.profiles import OFFICER


def enter_vault(commands: Commands, vault: Vault) -> None:
    """Nothing here tells a secret; they go in with the settings that use them."""

    async def show(_: Arguments) -> Json:
        return {
            "secrets": list(vault.names),
            "lost": list(vault.lost),
            "key": vault.key_id,
            "key_file": str(vault.key_file),
            "fault": vault.fault,
        }

    async def rotate(_: Arguments) -> Json:
        former = vault.key_id
        vault.rotate()
        return {"former": former, "key": vault.key_id}

    commands.add(Command("vault", Arguments, show, OFFICER, audited=False))
    commands.add(Command("vault.rotate", Arguments, rotate, OFFICER))
