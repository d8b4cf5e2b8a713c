"""The workflows are sound: clean for the linters, pinned by hash, with least rights, and every kbsync line is a real one."""

import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from kbsync.cli.app import application
from kbsync.usecases.init import Continuous, Project, github_workflow, given_package, new_files
from tests.flows.runner import filled
from tests.golden import check_golden

ROOT = Path(__file__).parents[1]
GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
ACTIONS = sorted((GITHUB / "actions").glob("*/action.yml"))
SCRIPTS = [*sorted((GITHUB / "actions").glob("*/*.sh")), ROOT / ".ci" / "build", ROOT / ".ci" / "run"]
HOOKS = ROOT / ".pre-commit-hooks.yaml"
BIN = Path(sys.executable).parent

PINNED = re.compile(r"uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")


def read(path: Path) -> dict[str, Any]:
    """A workflow or an action; YAML 1.1 reads the key ``on`` as true, which does not matter here."""
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def jobs() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every job of every workflow by ``file: name``."""
    for path in WORKFLOWS:
        for name, job in read(path)["jobs"].items():
            yield f"{path.name}: {name}", job


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a linter in the repository."""
    return subprocess.run([str(word) for word in words], cwd=ROOT, capture_output=True, text=True, check=False)


def test_zizmor_is_content() -> None:
    """The security audit of workflows, actions, Dependabot and hooks finds nothing, at its most pedantic."""
    places = (".github", ".pre-commit-hooks.yaml")
    done = run(BIN / "zizmor", "--offline", "--no-progress", "--persona=auditor", "--config=.github/zizmor.yml", *places)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("schema", "paths"),
    [
        ("vendor.github-workflows", WORKFLOWS),
        ("vendor.github-actions", ACTIONS),
        ("vendor.dependabot", [GITHUB / "dependabot.yml"]),
    ],
)
def test_files_follow_their_schema(schema: str, paths: list[Path]) -> None:
    """Workflows, actions and Dependabot's file have the published form."""
    done = run(BIN / "check-jsonschema", "--builtin-schema", schema, *paths)
    assert done.returncode == 0, done.stdout


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck is a package of the system, not of Python")
def test_shellcheck_is_content() -> None:
    """The scripts of the action have none of the known faults of shell scripts."""
    done = run("shellcheck", *SCRIPTS)
    assert done.returncode == 0, done.stdout


def test_scripts_stop_at_the_first_failure() -> None:
    """Each script is executable bash that ends when a command fails or a variable is missing."""
    for path in SCRIPTS:
        assert path.read_text(encoding="utf-8").startswith("#!/usr/bin/env bash\n")
        assert "\nset -euo pipefail\n" in path.read_text(encoding="utf-8")
        assert path.stat().st_mode & 0o111


@pytest.mark.parametrize("path", [*WORKFLOWS, *ACTIONS], ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_foreign_actions_are_pinned(path: Path) -> None:
    """An action of somebody else is named by a full commit hash, with its version beside it; our own by its path."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if re.match(r"\s*(- )?uses:", line)]
    assert [line for line in lines if "uses: ./" not in line and not PINNED.search(line)] == []


def test_one_pin_an_action() -> None:
    """The same action has the same hash and version everywhere, in what ``kbsync init`` writes as well."""
    starter = sorted((ROOT / "kbsync" / "usecases" / "starter" / "github").glob("*.yml"))
    texts = [path.read_text("utf-8") for path in [*WORKFLOWS, *ACTIONS, *starter]]
    pins = {found for text in texts for found in re.findall(r"uses: (actions/[\w-]+)@(\w+ # \S+)", text)}
    names = ["attest-build-provenance", "checkout", "download-artifact", "setup-python", "upload-artifact"]
    assert sorted(name for name, _ in pins) == [f"actions/{name}" for name in names]


def test_a_run_can_be_taken_once_more() -> None:
    """A later attempt belongs to the same run, where a name that an artifact has already is refused unless it is overwritten."""
    kept = [
        step["with"] for _, job in jobs() for step in job["steps"] if step.get("uses", "").startswith("actions/upload-artifact@")
    ]
    assert len(kept) == 6
    assert [each["name"] for each in kept if not each.get("overwrite") and "github.run_attempt" not in each["name"]] == []


def test_rights_are_given_job_by_job() -> None:
    """A workflow as a whole may do nothing; a job that writes to pull requests or issues holds no secret."""
    assert [read(path)["permissions"] for path in WORKFLOWS] == [{}] * len(WORKFLOWS)
    for name, job in jobs():
        rights = job["permissions"]
        written = {right for right, level in rights.items() if level == "write"}
        assert written <= {"contents"} or "secrets." not in str(job), name
        assert "contents" not in written or name in ("apply.yml: apply", "release.yml: attach"), name


def test_every_week_shows_what_a_push_leaves_out() -> None:
    """With the locks on each push; once a week with the newest releases, the lower bounds and every moment as well."""
    found = {name: job for name, job in jobs() if name.startswith("ci.yml") and name != "ci.yml: systems"}
    assert [job["steps"][-1]["run"] for job in found.values()] == [".ci/run"] * len(found)
    assert "if" not in found["ci.yml: test"]
    weekly = found["ci.yml: weekly"]
    assert "github.event_name == 'schedule'" in weekly["if"]
    chosen = {each["environment"] for each in weekly["strategy"]["matrix"]["include"]}
    assert chosen == {"newest", "lowest", "long", "act"}
    tox = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["tox"]
    assert chosen <= tox["env"].keys() - set(tox["env_list"])
    assert weekly["steps"][-1]["env"] == {"TOXENV": "${{ matrix.environment }}"}
    assert all("KBSYNC_REQUIRE_NODE" in tox["env"][name].get("pass_env", ()) for name in ("check", "newest", "lowest", "long"))
    pushed, weekly_tests = ([it for it in tox["env"][name]["commands"] if it[0] == "pytest"] for name in ("check", "long"))
    assert [command[command.index("-m") + 1] for command in pushed] == ["not long"]
    assert not any("--ignore" in command or "tests" in str(command[1:]) for command in pushed)
    assert [command[-2:] for command in weekly_tests] == [["tests/endurance", "tests/unit"], ["long", "tests/flows"]]


def test_forks_never_meet_a_secret() -> None:
    """No workflow runs foreign code with our rights, and the job for forks names no secret and no environment."""
    assert not any(
        "pull_request_target" in path.read_text("utf-8") or "workflow_run" in path.read_text("utf-8") for path in WORKFLOWS
    )
    offline = dict(jobs())["plan.yml: offline"]
    assert "secrets." not in str(offline)
    assert "environment" not in offline


def test_secrets_live_in_environments() -> None:
    """A job that names a secret names the environment that holds it."""
    assert [name for name, job in jobs() if "secrets." in str(job) and "environment" not in job] == []


def test_apply_waits_and_is_never_cut_off() -> None:
    """Merges queue up from plan to apply, none is dropped or cut off, and each apply is held to the digest of its plan."""
    queue = read(GITHUB / "workflows" / "apply.yml")["concurrency"]
    assert (queue["cancel-in-progress"], queue["queue"]) == (False, "max")
    job = dict(jobs())["apply.yml: apply"]
    (step,) = [step for step in job["steps"] if step.get("with", {}).get("command") == "apply"]
    assert step["with"]["expect-digest"] == "${{ needs.plan.outputs.digest }}"


@pytest.mark.parametrize("name", ["plan", "apply", "drift"])
def test_our_workflows_are_those_of_init(name: str) -> None:
    """There is one set-up: this repository runs what ``kbsync init`` writes, with its own action."""
    names = {"@DIRECTORY@": '"knowledge"', "@GLOB@": '"knowledge/**"', "@BRANCH@": '"main"'}
    expected = github_workflow(name, names, ("./.github/actions", ""))
    check_golden(GITHUB / "workflows" / f"{name}.yml", expected)


@pytest.mark.parametrize(
    ("changes", "digest", "environment"),
    [
        ("0", "sha256:0", "shop-plan"),
        ("2", "sha256:0", "shop"),
        (None, "sha256:0", "shop"),
        ("", "sha256:0", "shop"),
        ("0", None, "shop"),
        ("0", "", "shop"),
        (None, None, "shop"),
    ],
)
def test_reviewers_are_asked_unless_a_plan_is_known_to_be_empty(
    changes: str | None, digest: str | None, environment: str
) -> None:
    """An output that is missing equals '0' by GitHub's rules; only a number of changes and a digest together pass the gate."""
    known = {
        "vars.KBSYNC_TARGET": "shop",
        "needs.plan.outputs.changes": changes,
        "needs.plan.outputs.digest": digest,
    }
    assert filled(dict(jobs())["apply.yml: apply"]["environment"], known) == environment


def test_no_expression_in_shell_text() -> None:
    """What somebody else can write reaches a script as the value of a variable, never as a part of its text."""
    steps = [step for _, job in jobs() for step in job["steps"]] + [
        step for path in ACTIONS for step in read(path)["runs"]["steps"]
    ]
    assert [step["run"] for step in steps if "${{" in step.get("run", "")] == []


def test_inputs_of_our_actions_exist() -> None:
    """Each use of an action of ours gives inputs that it has, and all that it requires."""
    for name, job in jobs():
        for step in job["steps"]:
            if step.get("uses", "").startswith("./"):
                inputs = read(ROOT / step["uses"] / "action.yml")["inputs"]
                required = {key for key, told in inputs.items() if told.get("required")}
                assert required <= step["with"].keys() <= inputs.keys(), name


def kbsync_lines() -> Iterator[list[str]]:
    """The words of each kbsync command in the hooks and in the action's script, variables and all."""
    for hook in yaml.safe_load(HOOKS.read_text(encoding="utf-8")):
        yield shlex.split(hook["entry"])[1:]
    script = (GITHUB / "actions" / "kbsync" / "run.sh").read_text(encoding="utf-8")
    (common,) = re.findall(r"^  common=\((.*)\)$", script, re.MULTILINE)
    for function in re.findall(r"^\w+\(\) \{\n(.*?)\n\}$", script, re.MULTILINE | re.DOTALL):
        given = [word for words in re.findall(r"options\+?=\((.*?)\)", function) for word in shlex.split(words) if word != "--"]
        for line in re.findall(r'(?:^ *run|"\$INPUT_PROGRAM") (\w+ .*)$', function, re.MULTILINE):
            words = shlex.split(re.split(r" \d?>", line)[0])
            filled = {"${common[@]}": shlex.split(common), "${options[@]}": given}
            yield [each for word in words for each in filled.get(word, [word])]


@pytest.mark.parametrize("words", list(kbsync_lines()), ids=" ".join)
def test_kbsync_lines_parse(words: list[str]) -> None:
    """A command line in a script or hook has a command and options that exist, with values where they are due."""
    parse(words)


def parse(words: list[str]) -> None:
    """Let the command line read its words; a variable counts as a number."""
    command = application.commands[words[0]]
    command.make_parser(click.Context(command)).parse_args(["7" if word.startswith("$") else word for word in words[1:]])


def test_kbsync_lines_are_found() -> None:
    """The search for command lines sees every command that the action runs, and both hooks."""
    found = [words[0] for words in kbsync_lines()]
    assert sorted(found) == ["apply", "drift", "export", "fmt", "plan", "show", "show", "targets", "validate", "validate"]


def test_unit_tests_run_on_every_system() -> None:
    """Editors sit at Windows and macOS too."""
    job = dict(jobs())["ci.yml: systems"]
    assert job["strategy"]["matrix"]["system"] == ["ubuntu-latest", "macos-latest", "windows-latest"]


def test_a_release_is_published_by_one_switch() -> None:
    """The tag is built with what the lock pins, attested, and attached; the index is asked only where a variable says so."""
    found = {name: job for name, job in jobs() if name.startswith("release.yml")}
    assert [job.get("if") for job in found.values()] == [None, None, "vars.KBSYNC_PUBLISH == 'true'"]
    assert ".ci/build" in str(found["release.yml: build"])
    tried = re.findall(r"kbsync apply (.*?)\)", (ROOT / ".ci" / "build").read_text(encoding="utf-8"))
    assert tried == ["--dir tried/knowledge --target sandbox --yes"]  # the default target is real, and wants a key
    assert (ROOT / ".ci" / "build").stat().st_mode & 0o111


def test_hooks_leave_the_choice_of_files_to_kbsync() -> None:
    """A hook looks at the whole library: a question may contradict one in a file that was not touched."""
    hooks = {hook["id"]: hook for hook in yaml.safe_load(HOOKS.read_text(encoding="utf-8"))}
    assert set(hooks) == {"kbsync-validate", "kbsync-fmt"}
    # pre-commit names no deleted file (git diff --diff-filter=ACMRTUXB), so a commit of deletions alone would be let through.
    assert hooks["kbsync-validate"]["always_run"] is True
    assert all(hook["pass_filenames"] is False and hook["language"] == "python" for hook in hooks.values())


PACKAGE = f"kbsync @ git+https://git.example/kbsync@{'0' * 40}#subdirectory=a&egg=kbsync"
HOSTED = f"kbsync @ git+https://github.com/shop/kbsync@{'0' * 40}"


@pytest.fixture(
    params=[("github", HOSTED), ("github", PACKAGE), ("github", None), ("gitlab", PACKAGE), ("gitlab", None)], ids=str
)
def started(request: pytest.FixtureRequest, tmp_path: Path) -> list[Path]:
    """The workflows, and the actions where there are any, that ``kbsync init`` writes."""
    kind, requirement = Continuous(request.param[0]), request.param[1]
    package = given_package(requirement) if requirement else None
    found = []
    for file in new_files(tmp_path / "knowledge", Project(tmp_path), continuous=kind, package=package):
        if file.path.relative_to(tmp_path).parts[0] in (".github", ".gitlab"):
            file.path.parent.mkdir(parents=True, exist_ok=True)
            file.path.write_text(file.text, encoding="utf-8")
            found.append(file.path)
    return found


def test_first_workflows_are_sound(started: list[Path]) -> None:
    """What ``kbsync init`` writes follows its schema, and zizmor finds nothing in it."""
    kinds = {"workflows": "github-workflows", "actions": "github-actions", ".gitlab": "gitlab-ci"}
    for kind, schema in kinds.items():
        if paths := [path for path in started if kind in path.parts and path.suffix == ".yml"]:
            done = run(BIN / "check-jsonschema", "--builtin-schema", f"vendor.{schema}", *paths)
            assert done.returncode == 0, done.stdout
    if "workflows" in started[0].parts:
        done = run(
            BIN / "zizmor", "--offline", "--no-progress", "--persona=pedantic", "--config=.github/zizmor.yml", *started[:3]
        )
        assert done.returncode == 0, done.stdout


def test_first_workflows_have_the_pins_of_ours(started: list[Path]) -> None:
    """An update of a pinned action reaches the workflows that ``kbsync init`` writes as well."""
    ours = "".join(path.read_text(encoding="utf-8") for path in WORKFLOWS + ACTIONS)
    pins = [pin for path in started for pin in re.findall(r"uses: (.*)", path.read_text(encoding="utf-8"))]
    assert [pin for pin in pins if f"uses: {pin}\n" not in ours and "shop/kbsync/.github/actions" not in pin] == []


def test_the_first_pipeline_speaks_to_kbsync(started: list[Path]) -> None:
    """Each kbsync line of GitLab's pipeline has a command and options that exist."""
    lines = re.findall(
        r"(?:- |exec |; |\{ |\|\| |^ +)kbsync ([a-z]+ [^;|>\n]*|[a-z]+(?=;))", started[0].read_text("utf-8"), re.MULTILINE
    )
    assert len(lines) == (8 if ".gitlab" in started[0].parts else 0)
    for line in lines:
        parse(shlex.split(line.replace("$offline", "--offline")))
