"""Golden files: what people read, kept whole beside the tests and reviewed as diffs."""

import os
from pathlib import Path

__all__ = ["check_golden"]

UPDATE = "KBSYNC_UPDATE_GOLDEN"


def check_golden(path: Path, actual: str) -> None:
    """Compare with the file at ``path``; with KBSYNC_UPDATE_GOLDEN=1 in the environment write it instead."""
    if os.environ.get(UPDATE) == "1":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(actual, encoding="utf-8", newline="")
    assert path.exists(), f"{path} is missing: run the test with {UPDATE}=1, then review the file"
    expected = path.read_bytes().decode("utf-8")
    assert actual == expected, f"{path.name} differs from what is drawn now"
