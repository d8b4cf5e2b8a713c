"""The one application that a sandbox serves: its identity, its key and what it has paid for.

A module of its own, because commands that open no sandbox ask for the key.
"""

from dataclasses import dataclass

__all__ = ["DEMO", "Account"]


@dataclass(frozen=True, slots=True)
class Account:
    """An application as the vendor sees it; the flags make the refusals that only a real misconfigured app would show.

    ``secret`` is used as text, it is not hex-decoded (tencentyun/tls-sig-api-v2-python, CODE); the default is the demo
    key that the vendor publishes in that package, so it guards nothing.
    """

    sdkappid: int = 1400000000
    identifier: str = "administrator"
    secret: str = "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e"  # noqa: S105 - the vendor's public demo key
    region: str = ""
    """A key of ``kbsync.settings.REGIONS``: another region's host then answers 60026. Empty: every host is right."""
    wrong_region: bool = False
    """True answers 60026 to every call, whatever its host (1047/34348, DOC)."""
    administrator: bool = True
    """False makes ``identifier`` an ordinary user: −20 or 60010 (1229/68847, DOC)."""
    desk_enabled: bool = True
    """False answers −50040, in the session calls 141000 (1229/68839 and 1229/68824, DOC)."""
    desk_expired: bool = False
    """True answers −50059 to every call (269/133252, DOC for the robot calls; INF for the others)."""
    chitchat_enabled: bool = True
    """ChitchatEnable of desc_robot_config (1229/68831, DOC); off means a synced library that nobody is answered from."""
    calls_per_second: int = 5
    """The documented limit of each command (1229/68839, DOC)."""

    def __repr__(self) -> str:
        return f"Account(sdkappid={self.sdkappid}, identifier={self.identifier!r})"


DEMO = Account()
"""The account that a sandbox has unless told otherwise."""
