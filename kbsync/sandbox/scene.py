"""What a command is given: the library, the account, the switches and the moment. What a command does stands in its own file."""

from dataclasses import dataclass

from kbsync.sandbox.account import Account
from kbsync.sandbox.library import Library
from kbsync.sandbox.limits import SECOND
from kbsync.sandbox.readings import UnknownResource
from kbsync.sandbox.refusals import Code, Refusal
from kbsync.sandbox.store import Database
from kbsync.sandbox.switches import Switches

__all__ = ["Scene"]


@dataclass(frozen=True, slots=True)
class Scene:
    """One call inside its transaction; ``now`` is microseconds of Unix time."""

    database: Database
    library: Library
    account: Account
    switches: Switches
    now: int

    @property
    def seen_at(self) -> int | None:
        """The moment that listings show; None is now (how far reads trail writes: UNKNOWN)."""
        return self.now - int(self.switches.read_lag * SECOND) if self.switches.read_lag else None

    def missing(self, what: str) -> Refusal:
        """The refusal for an id that does not exist; no page has a code for it (UNKNOWN)."""
        code = Code.RESOURCE if self.switches.unknown_resource is UnknownResource.RESOURCE else Code.PARAMETERS
        return Refusal(code, f"{what} does not exist")
