"""A knowledge directory is the same directory however it is spelled: one digest, and places that a review finds."""

import json
from pathlib import Path

import pytest

from kbsync.usecases.workspace import name_of
from tests.flows.harness import Bench
from tests.flows.shop import FIRST

pytestmark = pytest.mark.no_cover


@pytest.mark.parametrize("spelled", ["./knowledge", "../repo/knowledge", "knowledge/../knowledge", "{path}/knowledge"])
def test_one_plan_has_one_digest(bench: Bench, spelled: str) -> None:
    """What was approved from one place can be applied from another."""
    bench.commit(FIRST)
    planned = bench.run("plan", "--format", "github", GITHUB_OUTPUT=str(bench.path / "out.json"))
    assert planned.code == 0
    digest = (bench.path / "out.json").read_text(encoding="utf-8").partition("sha256:")[2].split()[0]
    applied = bench.run("apply", "--yes", "-d", spelled.format(path=bench.path), "--expect-digest", f"sha256:{digest}")
    assert (applied.code, applied.err.count("is not the one")) == (0, 0)


def test_places_count_from_the_top_of_the_repository(bench: Bench) -> None:
    """From a directory below, and with an absolute path, a finding stands where a review looks for it."""
    bench.write({"bad.yaml": "questions: [{question: 'Why?'}]\n"})
    found = bench.run("validate", "-d", str(bench.path / "knowledge"), "--format", "json")
    places = {each["location"]["path"] for each in json.loads(found.out)["diagnostics"]}
    assert places == {"knowledge/bad.yaml"}


def test_without_git_places_count_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A directory elsewhere keeps the name that it was given."""
    (tmp_path / "here" / "knowledge").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "here")
    assert name_of(tmp_path / "here" / "knowledge") == name_of(Path("../here/knowledge")) == "knowledge"
    assert name_of(Path("../there")) == "../there"
