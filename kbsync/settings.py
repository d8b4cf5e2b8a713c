"""The settings in ``kbsync.yaml``. Secrets are not settings: they are read from the environment (``usecases.composition``)."""

import hashlib
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

from kbsync.diagnostics import Severity

__all__ = ["REGIONS", "Check", "Drift", "Driver", "Pacing", "Policy", "Prune", "Settings", "Target"]

REGIONS: Mapping[str, str] = {
    "china": "console.tim.qq.com",
    "singapore": "adminapisgp.im.qcloud.com",
    "seoul": "adminapikr.im.qcloud.com",
    "tokyo": "adminapijpn.im.qcloud.com",
    "frankfurt": "adminapiger.im.qcloud.com",
    "silicon-valley": "adminapiusa.im.qcloud.com",
    "jakarta": "adminapiidn.im.qcloud.com",
    "mumbai": "adminapiind.im.qcloud.com",
    "saudi-arabia": "adminapiksa.im.qcloud.com",
}
"""Region to REST host (www.tencentcloud.com/zh/document/product/1047/34620, Tokyo from 1047/71131).

Mumbai stands on older pages only and Saudi Arabia only in public code: for those, ``endpoint`` can override.
"""

FALLBACKS: Mapping[str, str] = {
    "adminapi.my-imcloud.com": "china",
    "adminapisgp.my-imcloud.com": "singapore",
    "adminapikr.my-imcloud.com": "seoul",
    "adminapijpn.my-imcloud.com": "tokyo",
    "adminapiger.my-imcloud.com": "frankfurt",
    "adminapiusa.my-imcloud.com": "silicon-valley",
    "adminapiidn.my-imcloud.com": "jakarta",
    "adminapiind.my-imcloud.com": "mumbai",
    "adminapiksa.my-imcloud.com": "saudi-arabia",
}
"""The second host of each region, for networks whose name servers lie about the first (the same pages)."""

PORTS: Mapping[str, int] = {"http": 80, "https": 443}


class Driver(StrEnum):
    """What answers: the real REST API, or the service embedded in kbsync."""

    DESK = "desk"
    SANDBOX = "sandbox"


class Pacing(StrEnum):
    """How the call limit is used: ``steady`` reaches for all of it, ``strict`` never risks a refusal."""

    STEADY = "steady"
    STRICT = "strict"


class Prune(StrEnum):
    """What happens to a question that git stopped declaring."""

    KEEP = "keep"
    DISABLE = "disable"
    DELETE = "delete"


class Drift(StrEnum):
    """What an unattended apply does with a plan that overwrites console edits or repeats undone changes."""

    REFUSE = "refuse"
    OVERWRITE = "overwrite"


@dataclass(frozen=True, slots=True)
class Target:
    """One Desk application. ``endpoint`` is ``scheme://host[:port]`` without a path, already resolved from a region.

    ``calls_per_second`` is per command; 5 is the documented limit, less leaves room for other clients of the account.
    """

    name: str
    driver: Driver = Driver.DESK
    endpoint: str = ""
    sdkappid: int = 0
    identifier: str = "administrator"
    calls_per_second: float = 5.0
    pacing: Pacing = Pacing.STEADY

    @property
    def application(self) -> tuple[str, int] | None:
        """The application of the target: the service's address, in one spelling, and the SDKAppID.

        None for the embedded service, which has a library for each name, and if the settings lack a part. The case of
        the host, a final dot or slash, the usual port, a region's fallback host and the names of this machine make no difference.
        """
        if self.driver is Driver.SANDBOX or not self.endpoint or not self.sdkappid:
            return None
        url = urlsplit(self.endpoint)
        return f"{url.scheme}://{_one_host(url.hostname or '')}:{url.port or PORTS[url.scheme]}", self.sdkappid

    @property
    def is_shared(self) -> bool:
        """Whether the git remote is asked: the embedded service lives on this machine, so its refs do too."""
        return self.driver is not Driver.SANDBOX

    @property
    def key(self) -> str:
        """The application's part in the names of refs and files; for the embedded service the target's name."""
        if self.application is None:
            return self.name
        address, sdkappid = self.application
        return f"{sdkappid}-{hashlib.sha256(address.encode()).hexdigest()[:12]}"


def _one_host(host: str) -> str:
    """One name for all host names that are known to lead to the same machine."""
    name = host.removesuffix(".")
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return REGIONS[FALLBACKS[name]] if name in FALLBACKS else name
    return "localhost" if address.is_loopback else str(address)


@dataclass(frozen=True, slots=True)
class Policy:
    """What a plan may do without more consent; percentages are of the managed questions, ``floor`` objects are always free."""

    prune: Prune = Prune.KEEP
    max_update_percent: int = 30
    max_remove_percent: int = 10
    floor: int = 10
    drift: Drift = Drift.REFUSE


@dataclass(frozen=True, slots=True)
class Check:
    """How one content check runs; ``severity`` None switches it off, ``options`` are its own figures such as a threshold."""

    severity: Severity | None = Severity.WARNING
    options: Mapping[str, float | int | str | tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Settings:
    """The whole of ``kbsync.yaml``; ``checks`` maps a rule's slug to its settings; other rules run with their defaults."""

    default_target: str
    targets: tuple[Target, ...]
    policy: Policy = Policy()
    checks: Mapping[str, Check] = field(default_factory=dict)
    version: int = 1

    @property
    def side_by_side(self) -> tuple[Target, ...]:
        """The targets of ``--all-targets``: the real ones, or the embedded services if there are no others."""
        return tuple(target for target in self.targets if target.driver is not Driver.SANDBOX) or self.targets
