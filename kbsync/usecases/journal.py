"""The receipt of an apply, on the disk from the moment when writing begins; and who applies, from where."""

import os
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from kbsync.errors import UnusableFile
from kbsync.planfile import encode_receipt
from kbsync.report import ApplyReport, Receipt
from kbsync.saving import is_replaceable, save
from kbsync.usecases.context import RunContext

__all__ = ["Kept", "ReceiptJournal", "actor", "where"]


@dataclass(frozen=True, slots=True)
class Kept:
    """How a receipt was kept. ``stays`` is an earlier one that was left alone, ``problem`` why this one could not be kept."""

    receipt: Receipt
    stays: Path | None = None
    problem: UnusableFile | None = None


class ReceiptJournal:
    """The record of one apply: from the moment when writing begins its receipt is on the disk, with what is known so far.

    So a process that is ended at once leaves a receipt. Nothing is written between for a device or a pipe, which cannot take
    back what it was given.
    """

    def __init__(self, path: Path | None, context: RunContext) -> None:
        self._path = path
        self._context = context
        self._started = context.clock.wall()
        self._so_far: Callable[[], ApplyReport] | None = None
        self._over = False

    def begin(self, so_far: Callable[[], ApplyReport]) -> None:
        """Writing begins now, and nothing is known of any change. Raises UnusableFile; then nothing may be sent."""
        if self._path is not None and is_replaceable(self._path):
            save(self._path, encode_receipt(self.record(so_far())))
        self._so_far = so_far

    def keep_interim(self) -> None:
        """Put on record what is known now, unless the end is. It may fail: what was on record before then stays."""
        if self._so_far is not None and not self._over and self._path is not None and is_replaceable(self._path):
            with suppress(UnusableFile):
                save(self._path, encode_receipt(self.record(self._so_far())))

    def keep(self, receipt: Receipt) -> Kept:
        """Put the end on record; a failure is given back, because what was applied has to be told first."""
        self._over = True
        stays, problem = self._stays(), None
        try:
            if self._path is not None and stays is None:
                save(self._path, encode_receipt(receipt))
        except UnusableFile as failure:
            problem = failure
        return Kept(receipt, stays, problem)

    def record(self, report: ApplyReport) -> Receipt:
        """A report with who applied and when, up to now."""
        return Receipt(report, actor(self._context.environ), _iso(self._started), _iso(self._context.clock.wall()))

    def _stays(self) -> Path | None:
        """A receipt of an earlier apply that is left alone, because this one had nothing to send; None without one."""
        there = self._path is not None and self._so_far is None and is_replaceable(self._path) and self._path.exists()
        return self._path if there else None


def actor(environ: Mapping[str, str]) -> str:
    """Who applies: the CI system's user, else the system's, by number where a container gives it no name."""
    names = ("GITHUB_ACTOR", "GITLAB_USER_LOGIN", "KBSYNC_ACTOR", "LOGNAME", "USER", "USERNAME")
    return next((environ[name] for name in names if environ.get(name)), None) or f"uid {os.getuid()}"


def where(environ: Mapping[str, str]) -> str:
    """Where it runs: the address of the CI job, else the name of the machine."""
    if environ.get("GITHUB_RUN_ID"):
        parts = (
            environ.get("GITHUB_SERVER_URL", ""),
            environ.get("GITHUB_REPOSITORY", ""),
            "actions/runs",
            environ["GITHUB_RUN_ID"],
        )
        return "/".join(parts)
    return environ.get("CI_JOB_URL") or socket.gethostname()


def _iso(wall: float) -> str:
    return datetime.fromtimestamp(wall, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
