"""Many applications from one repository: side by side, one report, the gravest exit code."""

import json

import pytest

from tests.flows.harness import Bench
from tests.flows.shop import FIRST

TWO = """\
version: 1
default_target: one
targets:
  one: {{driver: sandbox}}
  two: {{driver: sandbox}}
policy: {{prune: delete}}
"""


@pytest.fixture
def two(bench: Bench) -> Bench:
    """A bench with two embedded services."""
    bench.settings(TWO)
    bench.commit(FIRST)
    return bench


def test_every_target_is_applied(two: Bench) -> None:
    """Each gets the files, and its own receipt; afterwards none has anything to do."""
    planned = two.run("plan", "--all-targets", "--detailed-exitcode")
    assert (planned.code, "Plan for one" in planned.out, "Plan for two" in planned.out) == (3, True, True)
    applied = two.run("apply", "--all-targets", "--yes", "--receipt", "receipt-{target}.json")
    assert applied.code == 0
    assert sorted(path.name for path in two.path.glob("receipt-*.json")) == ["receipt-one.json", "receipt-two.json"]
    found = json.loads(two.run("plan", "--all-targets", "--format", "json").out)["targets"]
    assert {name: plan["changes"] for name, plan in found.items()} == {"one": [], "two": []}
    assert two.run("drift", "--all-targets").code == 0


def test_the_embedded_service_is_no_part_of_all_real_ones(two: Bench) -> None:
    """Beside real targets it gets no plan and no job; alone it does, as here."""
    two.settings(TWO.replace("two: {{driver: sandbox}}", 'two: {{endpoint: "http://127.0.0.1:9", sdkappid: 1}}'))
    assert [it["target"] for it in json.loads(two.run("targets", "--format", "matrix").out)["include"]] == ["two"]
    assert [*json.loads(two.run("plan", "--all-targets", "--format", "json").out)["targets"]] == ["two"]
    assert len(two.run("targets").out.splitlines()) == 2


def test_words_say_which_target_they_are_about(two: Bench) -> None:
    """What is said meanwhile begins with the target's name."""
    assert all(line.startswith(("[one] ", "[two] ")) for line in two.run("plan", "--all-targets").err.splitlines())


def test_one_target_that_fails_does_not_stop_the_others(two: Bench) -> None:
    """The others are done, and the exit code is the gravest."""
    with two.served():
        real = TWO.replace("one: {{driver: sandbox}}", 'one: {{endpoint: "{endpoint}", sdkappid: {sdkappid}}}')
        two.settings(real.replace("two: {{driver: sandbox}}", 'two: {{endpoint: "http://127.0.0.1:9", sdkappid: 1}}'))
        two.environ["KBSYNC_ONE_SECRET_KEY"] = two.environ.pop("KBSYNC_SECRET_KEY")
        applied = two.run("apply", "--all-targets", "--yes", "--format", "json")
    assert applied.code == 1
    assert "[two] error: no secret for target two" in applied.err
    found = json.loads(applied.out)["targets"]
    assert (found["one"] is not None, found["two"]) == (True, None)


@pytest.mark.parametrize(
    "line",
    [
        "validate",
        "plan -t one",
        "apply -t two --yes",
        "apply --all-targets --yes",
        "pull -t one",
        "unlock -t one",
        "targets --format matrix",
    ],
)
def test_two_names_of_one_application_are_refused(two: Bench, line: str) -> None:
    """Nothing is planned, sent or handed to a CI matrix for them: side by side each would create everything."""
    same = '{{endpoint: "http://127.0.0.1:9/", sdkappid: 1}}'
    two.settings(
        TWO.replace("{{driver: sandbox}}", same, 1).replace("{{driver: sandbox}}", same.replace("127.0.0.1", "localhost"))
    )
    refused = two.run(*line.split())
    assert refused.code == 5
    assert "KB207" in refused.out + refused.err


@pytest.mark.parametrize(
    "line",
    [
        "plan --all-targets --target one",
        "plan --all-targets --format html",
        "plan --all-targets --out plan.json",
        "apply --all-targets",
        "apply --all-targets --yes plan.json",
    ],
)
def test_what_only_one_target_can_have_is_refused(two: Bench, line: str) -> None:
    """Exit 2, before anything is read or sent."""
    assert two.run(*line.split()).code == 2


def test_a_dry_run_of_every_target_asks_nobody(two: Bench) -> None:
    """It shows every plan, and nothing is sent."""
    assert two.run("apply", "--all-targets", "--dry-run").code == 0
    assert two.run("plan", "--all-targets", "--detailed-exitcode").code == 3
