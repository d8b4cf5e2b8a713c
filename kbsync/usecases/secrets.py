"""Secrets, read from the environment and nowhere else; they are never options and never settings."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from kbsync.errors import MissingSecret
from kbsync.messages import message
from kbsync.settings import Target

__all__ = ["Credentials", "find_credentials", "variable"]


@dataclass(frozen=True, slots=True)
class Credentials:
    """Either the app's secret key, of which signatures are made, or one signature made elsewhere. Never shown."""

    secret: str | None = field(default=None, repr=False)
    usersig: str | None = field(default=None, repr=False)


def variable(target: str, name: str) -> str:
    """The environment variable that holds a secret for one target: ``KBSYNC_PRODUCTION_SECRET_KEY``."""
    return f"KBSYNC_{re.sub('[^A-Z0-9]', '_', target.upper())}_{name}"


def find_credentials(target: Target, environ: Mapping[str, str]) -> Credentials:
    """What signs the calls to a target; its own variables win over the general ones. Raises MissingSecret."""
    for prefix in (variable(target.name, ""), "KBSYNC_"):
        secret = environ.get(f"{prefix}SECRET_KEY", "").strip()
        usersig = environ.get(f"{prefix}USERSIG", "").strip()
        if secret:
            return Credentials(secret=secret)
        if usersig:
            return Credentials(usersig=usersig)
    raise MissingSecret(
        message("no secret for target {target}: KBSYNC_SECRET_KEY is not set", target=target.name),
        hint=message(
            "set KBSYNC_SECRET_KEY (the app's key from the Chat console) or KBSYNC_USERSIG; "
            "{own} is for this target alone and wins",
            own=variable(target.name, "SECRET_KEY"),
        ),
    )
