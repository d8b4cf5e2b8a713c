# ruff: noqa: INP001 - a program of its own, in no package
"""The version of what is built: that of the tag, told by git; hatchling asks for it (``tool.hatch.version`` in pyproject.toml)."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]
NEXT = "0.1.0"
"""What is being worked on where no tag is known: before the first one, and in an archive without history."""


def version(root: Path = ROOT) -> str:
    """``1.2.3`` at the tag v1.2.3, ``1.2.3.post4+gHASH`` four commits later; in a source distribution what it was made with."""
    made = root / "PKG-INFO"
    if made.is_file() and (found := re.search(r"^Version: (.+)$", made.read_text(encoding="utf-8"), re.MULTILINE)):
        return found[1]
    if not (root / ".git").exists():
        return f"{NEXT}.dev0"
    found = re.fullmatch(r"v(\d[\w.]*)-(\d+)-(g[0-9a-f]+)", _git(root, "describe", "--tags", "--long", "--match", "v[0-9]*"))
    if found is None:
        commits = _git(root, "rev-list", "--count", "HEAD")
        return f"{NEXT}.dev{commits or 0}"
    tag, later, commit = found.groups()
    return tag if later == "0" else f"{tag}.post{later}+{commit}"


def _git(root: Path, *words: str) -> str:
    """What git says, empty where it says nothing."""
    try:
        done = subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=False)  # noqa: S603, S607
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
