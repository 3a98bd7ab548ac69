"""What nobody else does: log the board of conditions, watch what time alone makes wrong."""

import asyncio
import logging
from collections.abc import Callable

from digigate.conditions import Condition
from digigate.security.accounts import Accounts
from digigate.security.certificates import Certificates
from digigate.security.tokens import Tokens
from digigate.supervisor import Ready

log = logging.getLogger(__name__)

JUDGE_EVERY = 10.0  # seconds between two looks at ends of locks and passwords
RENEW_EVERY = 6 * 3600.0  # seconds between two looks at the certificate's age


def log_condition(condition: Condition, active: bool) -> None:  # noqa: FBT001 -- a Watcher
    """One line when something goes wrong and one when it is over."""
    facts = {"condition": condition.name, "subject": condition.subject, "reason": condition.reason}
    if active:
        log.warning("condition raised", extra=facts)
    else:
        log.info("condition ended", extra=facts)


class CertificateKeeper:
    """Renews the self-made certificate before it ends, and looks at those that others made."""

    def __init__(self, certificates: Certificates, judge: Callable[[], None]) -> None:
        self._certificates = certificates
        self._judge = judge

    async def run(self, ready: Ready) -> None:
        """Look at start and every few hours."""
        while True:
            self._certificates.renew()
            self._judge()
            ready()
            await asyncio.sleep(RENEW_EVERY)


class AccountKeeper:
    """Notices locks that end and passwords that grow old, and keeps when tokens were used."""

    def __init__(self, accounts: Accounts, tokens: Tokens) -> None:
        self._accounts = accounts
        self._tokens = tokens

    async def run(self, ready: Ready) -> None:
        """Look at start and now and then."""
        while True:
            self._accounts.judge()
            ready()
            await self._tokens.write_uses()
            await asyncio.sleep(JUDGE_EVERY)
