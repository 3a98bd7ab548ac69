"""Why a varbind cannot be set."""

from digigate.services.snmp.tree import ErrorStatus


class Refusal(Exception):
    """It is refused before anything is written."""

    def __init__(self, status: ErrorStatus) -> None:
        super().__init__(status.name)
        self.status = status
