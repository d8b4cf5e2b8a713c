"""The files through which a GitHub Actions step hands over its summary and its outputs."""

import secrets
from collections.abc import Mapping
from pathlib import Path

from kbsync.errors import UnusableFile
from kbsync.messages import message

__all__ = ["write_github"]


def write_github(summary: str, outputs: Mapping[str, str], environ: Mapping[str, str]) -> None:
    """Append to GITHUB_STEP_SUMMARY and GITHUB_OUTPUT where the runner names them. Raises UnusableFile."""
    if environ.get("GITHUB_STEP_SUMMARY"):
        _append(Path(environ["GITHUB_STEP_SUMMARY"]), summary)
    if outputs and environ.get("GITHUB_OUTPUT"):
        _append(Path(environ["GITHUB_OUTPUT"]), "".join(_output(name, value) for name, value in sorted(outputs.items())))


def _output(name: str, value: str) -> str:
    # A random delimiter, so that no value can end its own block and begin another output.
    mark = f"kbsync-{secrets.token_hex(8)}"
    return f"{name}<<{mark}\n{value}\n{mark}\n"


def _append(path: Path, text: str) -> None:
    try:
        with path.open("a", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as problem:
        raise UnusableFile(
            message("{path} cannot be written: {reason}", path=path, reason=problem.strerror or "unknown reason")
        ) from None
