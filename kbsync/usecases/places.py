"""Where the processes of one user on one machine meet when they work on the same application, whatever checkout they run in.

What lies there, the call budget and the lock of this machine, is the business of ``pacing`` and ``history``.
"""

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from kbsync.settings import Target

__all__ = ["meeting_place"]

NAME = "kbsync"
PRIVATE = 0o700


def meeting_place(target: Target, *, environ: Mapping[str, str]) -> Path | None:
    """A directory for one application, made if need be; None for the embedded service, and where no directory is to be trusted.

    It stands below XDG_CACHE_HOME, ``~/.cache``, XDG_RUNTIME_DIR or the directory for temporary files: the first in which this
    user has, or can make, a directory of its own that nobody else can enter. The home directory comes before the runtime
    directory because jobs of cron and shells have the former in common.
    """
    if target.application is None:
        return None
    key = _key(*target.application)
    return next((place for base, names in _candidates(environ) if (place := _made(base, names, key))), None)


def _candidates(environ: Mapping[str, str]) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """Directories that must exist, each with the names of those that may be made in it."""
    cache, home, runtime = (Path(environ.get(name, "")) for name in ("XDG_CACHE_HOME", "HOME", "XDG_RUNTIME_DIR"))
    yield cache.parent, (cache.name, NAME)
    yield home, (".cache", NAME)
    yield runtime, (NAME,)
    yield Path(environ.get("TMPDIR") or "/tmp"), (f"{NAME}-{os.getuid()}",)  # noqa: S108  (whose it is, is looked at)


def _made(base: Path, names: tuple[str, ...], key: str) -> Path | None:
    """A directory in the one of these names below another; None where it cannot be made, or that one is not this user's own."""
    if not base.is_absolute() or not base.is_dir():
        return None
    try:
        own = base
        for name in names:
            own /= name
            own.mkdir(mode=PRIVATE, exist_ok=True)
        about = own.lstat()
        if not stat.S_ISDIR(about.st_mode) or about.st_uid != os.getuid():
            return None
        own.chmod(PRIVATE)
        place = own / key
        place.mkdir(mode=PRIVATE, exist_ok=True)
        # A cache that lies in a checkout may come from a branch.
        if place.is_symlink() or any(path.is_symlink() for path in place.iterdir()):
            return None
    except OSError:
        return None
    return place if os.access(place, os.W_OK | os.X_OK) else None


def _key(address: str, sdkappid: int) -> str:
    """A name for an application that does for a directory."""
    return f"{sdkappid}-{hashlib.sha256(address.encode()).hexdigest()[:12]}"
