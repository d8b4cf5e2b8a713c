"""A new project, from nothing to a library that is live: the starter must be as clean as what people are asked to write."""

import json
import os
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from kbsync import cli
from kbsync.cli.app import run
from kbsync.files.layout import format_files
from kbsync.files.schema import knowledge_schema, settings_schema
from kbsync.usecases.context import Exit, RunContext
from tests.fakes.clock import FakeClock
from tests.flows.harness import Bench, writes
from tests.golden import check_golden

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty git repository, which is where the run takes place."""
    place = tmp_path / "shop"
    place.mkdir()
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main", str(place)], check=True)
    monkeypatch.chdir(place)
    return place


def kbsync(*arguments: str) -> int:
    """Run a command line in a context without time and secrets."""
    return run(arguments, context=RunContext(clock=FakeClock(), environ={}))


def files(place: Path) -> dict[str, str]:
    """Every file of the project by its name."""
    inside = (path for path in sorted(place.rglob("*")) if path.is_file() and ".git" not in path.relative_to(place).parts)
    return {path.relative_to(place).as_posix(): path.read_text(encoding="utf-8") for path in inside}


def test_the_starter_is_valid_and_applies(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What init writes has no finding, applies to the embedded service as it is, and leaves nothing to do."""
    assert kbsync("init") == Exit.DONE
    capsys.readouterr()
    assert kbsync("validate") == Exit.DONE
    assert capsys.readouterr().out == "No findings.\n"
    assert kbsync("apply", "--yes", "--target", "sandbox") == Exit.DONE
    assert kbsync("plan", "--detailed-exitcode", "--target", "sandbox") == Exit.DONE


def test_a_new_project_is_about_the_real_application(project: Path) -> None:
    """Whoever forgets to name a target plans for customers' library and not for the toy; the toy is named to try things out."""
    kbsync("init")
    assert yaml.safe_load((project / "knowledge" / "kbsync.yaml").read_text())["default_target"] == "production"
    assert kbsync("plan") == Exit.FAILED  # there is no key yet


@pytest.mark.parametrize("ci", ["github", "gitlab", "none"])
def test_what_is_written_is_told(project: Path, capsys: pytest.CaptureFixture[str], ci: str) -> None:
    """The files are the result; what to do next goes to stderr."""
    kbsync("init", "--ci", ci)
    told = capsys.readouterr()
    assert told.out.split() == [name for name in told.out.split() if (project / name).is_file()]
    assert set(told.out.split()) == set(files(project))
    check_golden(GOLDEN / f"init-{ci}.txt", f"{told.out}--\n{told.err}")


def test_the_next_commands_can_be_copied(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A directory that is not the usual one is named in the commands that are told, quoted for the shell."""
    kbsync("init", "--dir", "my shop")
    assert "kbsync plan --dir 'my shop' --target sandbox shows" in capsys.readouterr().err


def test_a_second_init_changes_nothing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where everything is there, nothing is written, and that is said."""
    kbsync("init")
    before = files(project)
    capsys.readouterr()
    assert kbsync("init") == Exit.DONE
    assert capsys.readouterr() == ("", "Everything is there already; nothing was written.\n")
    assert files(project) == before


def test_nothing_is_overwritten(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where files would be replaced all are listed, and none is written."""
    (project / "knowledge").mkdir()
    (project / "knowledge" / "kbsync.yaml").write_text("version: 1\n")
    (project / ".github" / "workflows").mkdir(parents=True)
    (project / ".github" / "workflows" / "kbsync-plan.yml").write_text("name: mine\n")
    before = files(project)
    assert kbsync("init") == Exit.UNSAFE
    told = capsys.readouterr().err
    assert "- knowledge/kbsync.yaml\n" in told
    assert "/.github/workflows/kbsync-plan.yml\n" in told
    assert files(project) == before


def test_settings_are_added_to_knowledge_that_is_there(project: Path) -> None:
    """A directory with knowledge gets no example beside it."""
    (project / "knowledge").mkdir()
    (project / "knowledge" / "robot.yaml").write_text("category: Robot\nquestions: [{question: Who are you?, answer: Lumi}]\n")
    assert kbsync("init", "--ci", "none") == Exit.DONE
    assert sorted(path.name for path in (project / "knowledge").glob("*.yaml")) == ["kbsync.yaml", "robot.yaml"]
    assert kbsync("validate") == Exit.DONE


@pytest.mark.parametrize(
    ("before", "after"),
    [("", ".kbsync/\n"), ("*.pyc", "*.pyc\n.kbsync/\n"), ("*.pyc\n", "*.pyc\n.kbsync/\n"), ("/.kbsync\n", "/.kbsync\n")],
)
def test_gitignore_is_added_to(project: Path, before: str, after: str) -> None:
    """What .gitignore says stays; one line is added unless it is there."""
    (project / ".gitignore").write_text(before)
    kbsync("init", "--ci", "none")
    assert (project / ".gitignore").read_text() == after


def test_a_gitlab_pipeline_that_is_there_stays(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The pipeline's own file is not touched; the line to add is told."""
    (project / ".gitlab-ci.yml").write_text("stages: [test]\n")
    kbsync("init", "--ci", "gitlab")
    assert (project / ".gitlab-ci.yml").read_text() == "stages: [test]\n"
    assert "include .gitlab/kbsync.yml in .gitlab-ci.yml" in capsys.readouterr().err


WORKFLOWS = {"github": ".github/workflows/kbsync-apply.yml", "gitlab": ".gitlab/kbsync.yml"}
ACTION = ".github/actions/kbsync/action.yml"


def loaded(project: Path, name: str) -> Any:
    """A file that a forge reads."""
    return yaml.load((project / name).read_text(encoding="utf-8"), Loader=yaml.BaseLoader)


def installing(project: Path, ci: str) -> str:
    """What pip is told to install, without anything else to tell; empty where that is nothing."""
    if ci == "github":
        return str(loaded(project, ACTION)["inputs"]["package"]["default"])
    (line,) = loaded(project, WORKFLOWS[ci])[".kbsync"]["before_script"]
    elsewhere = "(cd / && "
    # Pip would take an address for a path where a branch brings a directory of that name.
    assert ("://" in line) == line.startswith(elsewhere)
    words = shlex.split(line.removeprefix(elsewhere).removesuffix(")" if "://" in line else ""))
    return words[-1] if words[:3] == ["pip", "install", "--quiet"] and len(words) == 4 else ""


@pytest.mark.parametrize("ci", ["github", "gitlab"])
def test_the_workflow_installs_what_it_is_told(project: Path, capsys: pytest.CaptureFixture[str], ci: str) -> None:
    """One word for pip, whatever stands in it; the same in every job, and told to whoever runs the command."""
    package = "kbsync[a,b] @ git+https://git.example/shop/kbsync@0123456789abcdef0123456789abcdef01234567#subdirectory=a&egg=b"
    assert kbsync("init", "--ci", ci, "--package", package) == Exit.DONE
    assert installing(project, ci) == package
    assert f"the workflow installs {package}\n" in capsys.readouterr().err


@pytest.mark.parametrize("ci", ["github", "gitlab"])
def test_the_workflow_stops_where_nobody_knows_what_to_install(
    project: Path, capsys: pytest.CaptureFixture[str], ci: str
) -> None:
    """Run from a folder, kbsync cannot say; a name that anybody may register is no answer, so the job ends in a sentence."""
    assert kbsync("init", "--ci", ci) == Exit.DONE
    assert installing(project, ci) == ""
    if ci == "github":
        line, place = loaded(project, ACTION)["runs"]["steps"][1]["run"], (project / ACTION).parent
    else:
        (line,), place = loaded(project, WORKFLOWS[ci])[".kbsync"]["before_script"], project
    environ = {"PATH": os.environ["PATH"], "RUNNER_TEMP": str(project), "GITHUB_ACTION_PATH": str(place)}
    done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=False, env=environ)
    assert (done.returncode, "kbsync init --package" in done.stdout + done.stderr) == (1, True)
    assert len((done.stdout + done.stderr).splitlines()) == 1
    assert "pip install kbsync" not in (project / WORKFLOWS[ci]).read_text(encoding="utf-8")
    assert "the workflow stops until it is told what to install" in capsys.readouterr().err


@pytest.mark.parametrize("ci", ["github", "gitlab"])
@pytest.mark.parametrize("note", [None, {"url": "https://git.example/kbsync", "vcs_info": {"vcs": "git", "commit_id": "0" * 40}}])
def test_the_workflow_installs_what_wrote_it(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, note: object, ci: str
) -> None:
    """Where this kbsync came from is known, it is named; a package index, which pip does not note, is not guessed."""
    site = project.parent / "site"
    info = site / "kbsync-9.8.7.dist-info"
    info.mkdir(parents=True)
    (site / "kbsync").symlink_to(Path(cli.__file__).parents[1])
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: kbsync\nVersion: 9.8.7\n", encoding="utf-8")
    (info / "INSTALLER").write_text("pip\n", encoding="utf-8")
    if note:
        (info / "direct_url.json").write_text(json.dumps(note), encoding="utf-8")
    monkeypatch.syspath_prepend(site)
    known = f"kbsync @ git+https://git.example/kbsync@{'0' * 40}" if note else ""
    assert kbsync("init", "--ci", ci) == Exit.DONE
    assert installing(project, ci) == known
    assert not any("9.8.7" in text for text in files(project).values())
    told = capsys.readouterr().err
    assert (f"the workflow installs {known}," if note else "the workflow stops until it is told what to install") in told


@pytest.mark.parametrize("ci", ["github", "gitlab"])
def test_a_bare_name_is_warned_of_where_it_stands(project: Path, capsys: pytest.CaptureFixture[str], ci: str) -> None:
    """Whoever names one is told that it comes from an index, on the screen and beside the line."""
    assert kbsync("init", "--ci", ci, "--package", "kbsync==0.1.0") == Exit.DONE
    assert "kbsync==0.1.0 from the package index that CI asks: see that the name there belongs to" in capsys.readouterr().err
    lines = (project / (ACTION if ci == "github" else WORKFLOWS[ci])).read_text(encoding="utf-8").splitlines()
    (at,) = [number for number, line in enumerate(lines) if "kbsync==0.1.0" in line]
    assert "comes from the package index" in lines[at - 1]


@pytest.mark.parametrize("ci", ["github", "gitlab"])
def test_a_workflow_that_stops_can_be_told_later(project: Path, ci: str) -> None:
    """The same command with the package completes it as long as nobody has changed the file; a changed one is not replaced."""
    kbsync("init", "--ci", ci)
    assert kbsync("init", "--ci", ci, "--package", "kbsync==0.1.0") == Exit.DONE
    assert installing(project, ci) == "kbsync==0.1.0"
    before = files(project)
    assert kbsync("init", "--ci", ci, "--package", "kbsync==0.2.0") == Exit.UNSAFE
    assert files(project) == before


def test_a_credential_is_not_written(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An address with a token in it is a wrong command line: no file is written, and the token is not repeated."""
    assert kbsync("init", "--package", "git+https://canary@git.example/kbsync") == Exit.USAGE
    told = capsys.readouterr()
    assert ("credential" in told.err, "canary" in told.out + told.err, files(project)) == (True, False, {})


@pytest.mark.parametrize("ci", ["github", "gitlab"])
def test_the_apply_demands_what_the_plan_gave_out(project: Path, ci: str) -> None:
    """Where the number of changes or the digest got lost on the way, the job ends in a sentence and nothing is applied."""
    kbsync("init", "--ci", ci, "--package", "kbsync==0.1.0")
    workflow = loaded(project, WORKFLOWS[ci])
    if ci == "github":
        gate = workflow["jobs"]["apply"]["steps"][0]
        demand, names = gate["run"], list(gate["env"])
        assert [*gate["env"].values()] == ["${{ needs.plan.outputs.changes }}", "${{ needs.plan.outputs.digest }}"]
        assert workflow["jobs"]["plan"]["outputs"].keys() == {"changes", "digest"}
    else:
        demand, names = workflow["kbsync-apply"]["script"][0], ["KBSYNC_APPROVED_CHANGES", "KBSYNC_APPROVED_DIGEST"]
    for lost in ([], names[:1], names[1:], names):
        given = {"PATH": os.environ["PATH"]} | {name: "" if name in lost else "1" for name in names}
        done = subprocess.run(["sh", "-e", "-c", demand], env=given, capture_output=True, text=True, check=False)
        said = "what was approved is not known" in done.stdout + done.stderr
        assert (done.returncode, said) == ((1, True) if lost else (0, False))


def test_the_gitlab_pipeline_hands_on_what_was_planned(project: Path) -> None:
    """The manual job is held to the digest of the plan that people saw, which travels beside the plan."""
    kbsync("init", "--ci", "gitlab", "--package", "kbsync==0.1.0")
    pipeline = loaded(project, WORKFLOWS["gitlab"])
    (project / "kbsync-results").mkdir()
    assert kbsync("plan", "--target", "sandbox", "--out", "kbsync-results/plan.json") == Exit.DONE
    (line,) = [line for line in pipeline["kbsync-plan"]["script"] if "kbsync.env" in line]
    subprocess.run(["sh", "-e", "-c", line], check=True)
    plan = json.loads((project / "kbsync-results" / "plan.json").read_text(encoding="utf-8"))
    assert (project / "kbsync-results" / "kbsync.env").read_text(encoding="utf-8").splitlines() == [
        f"KBSYNC_APPROVED_CHANGES={len(plan['changes'])}",
        f"KBSYNC_APPROVED_DIGEST={plan['digest']}",
    ]
    assert pipeline["kbsync-plan"]["artifacts"]["reports"]["dotenv"] == "kbsync-results/kbsync.env"
    assert '--expect-digest "$KBSYNC_APPROVED_DIGEST" ' in pipeline["kbsync-apply"]["script"][2]


@pytest.mark.no_cover
@pytest.mark.parametrize("ci", ["github", "gitlab"])
@pytest.mark.parametrize(
    ("directory", "pattern"),
    [
        ("knowledge", "knowledge/**"),
        ('bots/a "b": $(c)', 'bots/a "b": $(c)/**'),
        ("知识[1]+!", "知识\\[1\\]\\+\\!/**"),
        (".", "**"),
    ],
)
def test_the_workflow_names_the_directory(project: Path, ci: str, directory: str, pattern: str) -> None:
    """Whatever the directory is called, the workflow is YAML and watches it."""
    assert kbsync("init", "--ci", ci, "--dir", directory) == Exit.DONE
    workflow = loaded(project, WORKFLOWS[ci])
    if ci == "github":
        assert workflow["on"]["push"]["paths"] == [pattern]
        assert loaded(project, ".github/workflows/kbsync-plan.yml")["on"]["pull_request"]["paths"][0] == pattern
        steps = [step for name in ("plan", "apply", "drift") for step in steps_of(project, name)]
        given = [step["with"]["directory"] for step in steps if step.get("uses", "").endswith("actions/kbsync")]
        assert given == [directory] * 7
    else:
        assert workflow[".kbsync"]["variables"]["KBSYNC_DIR"] == directory
        assert [workflow[job]["rules"][0]["changes"] for job in ("kbsync-plan", "kbsync-apply")] == [[pattern]] * 2


def test_a_directory_on_another_drive_is_named_whole(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On Windows no path leads from one drive to another."""

    def no_way(path: object) -> str:
        raise ValueError(path)

    monkeypatch.setattr(os.path, "relpath", no_way)
    assert kbsync("init", "--ci", "none") == Exit.DONE
    assert f"{project.as_posix()}/.gitignore\n" in capsys.readouterr().out


def steps_of(project: Path, name: str) -> list[dict[str, Any]]:
    """The steps of a workflow of GitHub's, those of all its jobs."""
    jobs = loaded(project, f".github/workflows/kbsync-{name}.yml")["jobs"]
    return [step for job in jobs.values() for step in job["steps"]]


@pytest.mark.parametrize("scheme", ["https://github.com/shop/kbsync", "ssh://git@github.com/shop/kbsync.git"])
def test_the_workflows_use_the_action_of_the_commit_that_wrote_them(project: Path, scheme: str) -> None:
    """Where GitHub can be told the repository and the commit, nothing is copied: both actions come from there."""
    commit = "0123456789abcdef0123456789abcdef01234567"
    assert kbsync("init", "--package", f"kbsync @ git+{scheme}@{commit}") == Exit.DONE
    used = {step["uses"] for name in ("plan", "apply", "drift") for step in steps_of(project, name) if "uses" in step}
    assert {it for it in used if "kbsync" in it} == {f"shop/kbsync/.github/actions/{it}@{commit}" for it in ("kbsync", "report")}
    assert not (project / ".github" / "actions").exists()


@pytest.mark.parametrize(
    "package",
    [
        "kbsync==1.0",
        f"git+https://git.example/a/b@{'0' * 40}",
        "git+https://github.com/a/b@v1",
        f"git+https://github.com/a/b@{'0' * 40}#subdirectory=c",
    ],
)
def test_an_action_that_cannot_be_named_is_copied(project: Path, package: str) -> None:
    """With the same workflows; the copy is that of this kbsync but for what it installs."""
    assert kbsync("init", "--package", package) == Exit.DONE
    used = {step["uses"] for name in ("plan", "apply", "drift") for step in steps_of(project, name) if "uses" in step}
    assert {it for it in used if "kbsync" in it or "report" in it} == {f"./.github/actions/{it}" for it in ("kbsync", "report")}
    ours = Path(cli.__file__).parents[2] / ".github" / "actions"
    for name in ("kbsync/run.sh", "kbsync/install.sh", "report/report.py", "report/action.yml"):
        assert (project / ".github" / "actions" / name).read_bytes() == (ours / name).read_bytes()
    assert installing(project, "github") == package


def pushed(project: Path) -> list[str]:
    """The branches whose commits the workflow applies."""
    return list(loaded(project, WORKFLOWS["github"])["on"]["push"]["branches"])


@pytest.mark.parametrize(("branch", "pattern"), [("main", "main"), ("master", "master"), ('v1+"x"!', 'v1\\+"x"\\!')])
def test_the_workflow_applies_the_branch_of_the_repository(project: Path, branch: str, pattern: str) -> None:
    """Whatever it is called, also before its first commit."""
    subprocess.run(["git", "symbolic-ref", "HEAD", f"refs/heads/{branch}"], check=True)
    assert kbsync("init") == Exit.DONE
    assert pushed(project) == [pattern]


def test_the_workflow_applies_what_the_remote_merges_into(project: Path) -> None:
    """A project that is begun on a branch of its own is not applied from there."""
    subprocess.run(["git", "symbolic-ref", "HEAD", "refs/heads/add-kbsync"], check=True)
    subprocess.run(["git", "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk"], check=True)
    assert kbsync("init") == Exit.DONE
    assert pushed(project) == ["trunk"]


def test_the_workflow_stands_at_the_top_of_the_repository(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also from inside a directory, because a forge looks nowhere else; paths are told from where the user is."""
    (project / "bots").mkdir()
    monkeypatch.chdir(project / "bots")
    assert kbsync("init") == Exit.DONE
    assert {".gitignore", ".github/workflows/kbsync-plan.yml", "bots/knowledge/kbsync.yaml"} <= set(files(project))
    assert "../.github/workflows/kbsync-plan.yml" in capsys.readouterr().out


@pytest.mark.parametrize(("directory", "root"), [("knowledge", "shop"), ("../elsewhere/knowledge", "elsewhere")])
def test_without_a_repository_the_project_begins_here(project: Path, directory: str, root: str) -> None:
    """Outside git the files go to the current directory, or beside a knowledge directory that is elsewhere."""
    shutil.rmtree(project / ".git")
    assert kbsync("init", "--dir", directory) == Exit.DONE
    assert (project.parent / root / ".gitignore").read_text() == ".kbsync/\n"
    assert pushed(project.parent / root) == ["main"]


@pytest.mark.parametrize("name", ["knowledge", ".gitignore"])
def test_what_is_in_the_way_is_named(project: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    """A file in place of the directory, or bytes in place of text, end in a sentence."""
    (project / name).write_bytes(b"\xff\xfe")
    assert kbsync("init") == Exit.FAILED
    assert name in capsys.readouterr().err


def test_the_starter_is_in_the_canonical_layout(project: Path) -> None:
    """The formatter has nothing to do in what init writes."""
    kbsync("init", "--ci", "none")
    written = {path.name: path.read_bytes() for path in (project / "knowledge").glob("*.yaml")}
    assert format_files(written, shown_as="knowledge") == {}


def test_a_directory_that_cannot_be_made_is_named(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where no directory can be, nothing is written at all."""
    (project / "bots").write_text("")
    before = files(project)
    assert kbsync("init", "--dir", "bots/shop") == Exit.FAILED
    assert "bots/shop cannot be made" in capsys.readouterr().err
    assert files(project) == before


def test_the_editor_is_served(project: Path) -> None:
    """Each YAML file begins with a modeline whose schema is there and fits the file."""
    kbsync("init", "--ci", "none")
    for path in (project / "knowledge").glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        schema = path.parent / text.splitlines()[0].removeprefix("# yaml-language-server: $schema=")
        expected = settings_schema() if path.name == "kbsync.yaml" else knowledge_schema()
        assert yaml.safe_load(schema.read_text(encoding="utf-8")) == expected
        for document in yaml.safe_load_all(text):
            jsonschema.validate(document, expected)


def test_the_example_reaches_no_customer(bench: Bench) -> None:
    """A plan for a real application that holds a question of the example, wherever it stands now, is shown and not applied."""
    with bench.served() as service:
        assert bench.run("init", "--ci", "none", "--dir", "fresh").code == 0
        example = (bench.path / "fresh" / "example.yaml").read_text(encoding="utf-8")
        bench.commit({"mine.yaml": example.replace("do not", "don't").replace("Delivery times", "Post")})
        shown = bench.run("plan")
        assert "Do you deliver on Saturdays? is the example that kbsync init wrote" in shown.out
        refused = bench.run("apply", "--yes")
        assert (refused.code, "the example that kbsync init wrote" in refused.err) == (6, True)
        assert not writes(service)
        assert "kbsync init wrote" not in bench.run("plan", "--target", "sandbox").out
        bench.commit({"mine.yaml": example.replace("Saturdays", "Sundays").replace("3 working", "2 working")})
        assert bench.run("apply", "--yes").code == 0
