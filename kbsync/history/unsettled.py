"""A note on this machine that a run may have made things which no listing has shown yet. Who waits for them is not said here."""

from contextlib import suppress
from pathlib import Path

from kbsync.errors import HistoryUnavailable
from kbsync.history.refs import check_target
from kbsync.messages import message

__all__ = ["Unsettled"]


class Unsettled:
    """``unsettled-<target>`` in the directory of the lock: it outlives the process, whatever ends that."""

    def __init__(self, directory: Path, *, target: str) -> None:
        check_target(target)
        self._path = directory / f"unsettled-{target}"

    def is_noted(self) -> bool:
        """Whether a run left the note behind, or this one made it."""
        return self._path.exists()

    def note(self) -> None:
        """Make the note, before anything is sent. Raises HistoryUnavailable."""
        try:
            self._path.touch()
        except OSError as problem:
            raise HistoryUnavailable(
                message("{path} cannot be written: {reason}", path=self._path, reason=problem.strerror or "unknown reason"),
                hint=message("choose another path, or mend the permissions of its directory"),
            ) from None

    def clear(self) -> None:
        """Everything has been seen. A note that cannot be removed costs the next run some patience and nothing else."""
        with suppress(OSError):
            self._path.unlink()
