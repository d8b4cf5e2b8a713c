"""README and the pages beside it are true: commands run, tables match the program, samples are valid, links lead somewhere."""

import re
import shlex
import tomllib
from pathlib import Path

import click
import pytest

from kbsync.cli.app import application
from kbsync.files import load_tree
from kbsync.files.kinds import Table
from kbsync.files.schema import CATEGORY, CHECK_OPTIONS, CHECKS, DOCUMENT, POLICY, QUESTION, SETTINGS, TARGET
from kbsync.settings import REGIONS
from kbsync.usecases.context import Exit
from tests.pictures.scene import staged
from tests.test_architecture import LAYERS

pytestmark = pytest.mark.no_cover

ROOT = Path(__file__).parent.parent
DOOR = ROOT / "README.md"
TWIN = ROOT / ".github" / "README.zh.md"
"""The README in Chinese."""

DOORS = (DOOR, TWIN)
PAGES = {path: path.read_text(encoding="utf-8") for path in (*DOORS, *sorted((ROOT / ".github" / "docs").glob("*.md")))}
EVERYTHING = "\n".join(PAGES.values())
LINKS = [
    (page, target)
    for page, text in PAGES.items()
    for target in re.findall(r"""(?:\]\(|src(?:set)?=")(?!https?:)([^)"]+)[)"]""", text)
]
DESIGN_MEANINGS = {
    Exit.DONE: "done",
    Exit.FAILED: "failed before anything was changed",
    Exit.USAGE: "wrong command line",
    Exit.PENDING: "changes pending",
    Exit.UNFINISHED: "apply started and did not finish",
    Exit.INVALID: "invalid knowledge or settings",
    Exit.UNSAFE: "refused for safety",
    Exit.STALE: "stale",
    Exit.LOCKED: "another apply holds the target",
}
CHINESE_MEANINGS = {
    Exit.DONE: "完成",
    Exit.FAILED: "失败，尚未做任何修改",
    Exit.USAGE: "命令行有误",
    Exit.PENDING: "有待应用的变更",
    Exit.UNFINISHED: "应用已开始但没有完成",
    Exit.INVALID: "知识文件或设置无效",
    Exit.UNSAFE: "出于安全拒绝执行",
    Exit.STALE: "计划已过期",
    Exit.LOCKED: "另一次应用正占用该目标",
}
HOURS = """\
category: Returns
questions:
  - question: When are you open?
    answer: "From nine to five. "
"""
"""What `kbsync validate` finds something in on the page for editors."""


def between(mark: str, door: Path = DOOR) -> str:
    """The command between two marks."""
    found = re.search(rf"<!-- >>> {mark} -->\n```sh\n(.*?)\n```\n<!-- <<< {mark} -->", PAGES[door], re.DOTALL)
    assert found is not None
    return found.group(1)


def blocks(language: str) -> list[str]:
    """Every fenced block in one language."""
    return re.findall(rf"```{language}\n(.*?)```", EVERYTHING, re.DOTALL)


def page(name: str) -> str:
    """A page by its name."""
    return PAGES[ROOT / ".github" / "docs" / f"{name}.md"]


def first_column(text: str) -> list[str]:
    """The words in code style that begin the rows of a page's tables."""
    return re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE)


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)
def test_ci_runs_exactly_the_test_command(door: Path) -> None:
    """`.ci/run` and the README hold the same line, in both languages."""
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert f"# >>> test\n{between('test', door)}\n# <<< test" in script


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)
@pytest.mark.parametrize("mark", ["run", "test"])
def test_each_command_is_one_line_with_its_own_environment(mark: str, door: Path) -> None:
    """A person can paste it on a fresh machine."""
    assert "\n" not in between(mark, door)
    assert between(mark, door).startswith("python3 -m venv .venv && .venv/bin/pip install")


def outline(door: Path) -> list[str]:
    """The depth of each heading, the number of each list entry and the columns of each row, in their order."""
    lines = re.sub(r"```.*?```", "", PAGES[door], flags=re.DOTALL).splitlines()
    marks = (re.match(r"#+ |\d+\. |\|", line) for line in lines)
    return [mark.group() if mark.group() != "|" else "|" * mark.string.count("|") for mark in marks if mark]


def spans(door: Path) -> list[str]:
    """What stands in code style outside the blocks of code."""
    return sorted(re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", PAGES[door], flags=re.DOTALL)))


def leads(door: Path) -> set[str]:
    """The files and headings that a page links, from the top of the repository; the other README aside."""
    targets = {target.partition("#") for at, target in LINKS if at == door}
    found = {f"{(door.parent / name).resolve().relative_to(ROOT)}{mark}{anchor}" for name, mark, anchor in targets}
    return found - {str(path.relative_to(ROOT)) for path in DOORS}


def test_the_readme_says_the_same_in_chinese() -> None:
    """One structure, the same blocks of code letter for letter, the same names, options and links."""
    fenced = {door: re.findall(r"```.*?```", PAGES[door], re.DOTALL) for door in DOORS}
    assert fenced[TWIN] == fenced[DOOR]
    assert len(fenced[DOOR]) > 1
    assert spans(TWIN) == spans(DOOR)
    assert leads(TWIN) == leads(DOOR)
    assert outline(TWIN) == outline(DOOR)


def test_every_command_is_in_the_table_and_the_other_way_round() -> None:
    """The table of commands is the program's own list."""
    table = set(re.findall(r"^\| `kbsync ([a-z]+)", page("commands"), re.MULTILINE))
    assert table == set(application.commands)


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)
def test_the_exit_codes_are_the_programs(door: Path) -> None:
    """The table has each code once, with its meaning."""
    rows = re.findall(r"^\| (\d) \| (.*) \|$", PAGES[door], re.MULTILINE)
    assert [Exit(int(code)) for code, _ in rows] == sorted(Exit)
    meanings = DESIGN_MEANINGS if door == DOOR else CHINESE_MEANINGS
    assert all(told.startswith(meanings[Exit(int(code))]) for code, told in rows)


def mentions() -> list[str]:
    """Every command line in the pages that begins with kbsync."""
    inline = re.findall(r"`((?:\.venv/bin/)?kbsync [a-z][^`]*)`", EVERYTHING)
    fenced = [line.strip() for block in blocks("sh") for line in re.split(r"\n|&&", block)]
    return sorted(
        {line.replace(".venv/bin/", "") for line in [*inline, *fenced] if re.match(r"(\.venv/bin/)?kbsync [a-z]", line)}
    )


@pytest.mark.parametrize("line", mentions())
def test_mentioned_options_exist(line: str) -> None:
    """Whatever a page tells to type, the program knows."""
    command: click.Command = application
    for word in line.split()[1:]:
        if isinstance(command, click.Group) and word in command.commands:
            command = command.commands[word]
        elif word.startswith("--"):
            names = {name for parameter in command.params for name in parameter.opts}
            assert word.split("=")[0] in names | {"--help"}
    assert command is not application


def test_the_samples_are_valid() -> None:
    """The settings and the knowledge that the pages show are read without a word."""
    settings, knowledge = (next(block for block in blocks("yaml") if block.startswith(key)) for key in ("version", "categories"))
    tree = {
        "kbsync.yaml": settings.replace("https://…", "").encode(),
        "faq.yaml": knowledge.encode(),
        "answers/robot.html": b"<p>Yes</p>",
    }
    loaded = load_tree(tree, shown_as="knowledge")
    assert [str(found.message) for found in loaded.diagnostics] == []
    assert [question.protected for question in loaded.knowledge.questions] == [False, True]


def test_the_entry_of_the_editor_is_valid() -> None:
    """The question that the README shows is read without a word, in a category of the sample on the page about files."""
    settings, knowledge, entry = (
        next(block for block in blocks("yaml") if block.startswith(key)) for key in ("version", "categories", "category")
    )
    tree = {"kbsync.yaml": settings.encode(), "tree.yaml": knowledge.partition("---")[0].encode(), "faq.yaml": entry.encode()}
    loaded = load_tree(tree, shown_as="knowledge")
    assert [str(found.message) for found in loaded.diagnostics] == []
    assert [question.previously for question in loaded.knowledge.questions] == [("Do you deliver on Saturdays?",)]


def test_the_entry_on_the_page_for_editors_is_valid() -> None:
    """It is read without a word where the page tells to put it: below the questions of a document."""
    (entry,) = re.findall(r"```yaml\n(.*?)```", page("editors"), re.DOTALL)
    settings = next(block for block in blocks("yaml") if block.startswith("version"))
    text = f"categories: [{{title: Shop}}]\ncategory: Shop\nquestions:\n{entry}"
    loaded = load_tree({"kbsync.yaml": settings.encode(), "faq.yaml": text.encode()}, shown_as="knowledge")
    assert [str(found.message) for found in loaded.diagnostics] == []
    assert len(loaded.knowledge.questions) == 1


@pytest.mark.parametrize(("line", "shown"), re.findall(r"```console\n\$ kbsync (.*)\n([\s\S]*?)```", page("editors")))
def test_editors_read_what_the_program_prints(line: str, shown: str, tmp_path: Path) -> None:
    """Each command of the page for editors prints, in the shop of the pictures, what stands below it; dots leave lines out."""
    bench = staged(tmp_path)
    if line == "validate":
        bench.commit({"hours.yaml": HOURS})
    printed = bench.run(*shlex.split(line)).out
    places = [printed.find(part) for part in shown.split("…\n")]
    assert -1 not in places
    assert places == sorted(places)
    assert "…\n" in shown or printed.rstrip() == shown.rstrip()


def test_editors_see_each_act_and_the_words_for_it() -> None:
    """Commands that edit, and the keys to write by hand."""
    told = {line.split()[0] for line in re.findall(r"^\$ kbsync (.*)$", page("editors"), re.MULTILINE)}
    assert told == {"rename", "move", "remove", "plan", "validate", "explain"}
    assert [
        key for key in ("answer", "question", "previously", "category", "removed") if f"`{key}:`" not in page("editors")
    ] == []


@pytest.mark.parametrize("table", [DOCUMENT, CATEGORY, QUESTION, SETTINGS, TARGET, POLICY], ids=lambda table: table.name)
def test_every_key_is_told(table: Table) -> None:
    """The page about files has a row for each key, in the words that the JSON Schema has for editors."""
    rows = "".join(f"| `{key.name}` | {key.about} |\n" for key in table.keys)
    assert f"|---|---|\n{rows}\n" in page("files")


def test_every_content_check_is_told() -> None:
    """Each with the options that it has of its own."""
    rows = page("files").partition("## Content checks")[2]
    assert first_column(rows) == list(CHECKS)
    options = [f"`{key.name}`: {key.about}" for key in CHECK_OPTIONS.values()]
    assert [option for option in options if option not in rows] == []


def test_every_region_is_told() -> None:
    """Nobody has to try which names there are."""
    assert f"Regions: {', '.join(f'`{region}`' for region in REGIONS)}." in page("files")


def test_every_room_is_told_from_the_bottom_up() -> None:
    """The page for newcomers lists the rooms of the architecture, lower layers first, each with a line of its own."""
    told = first_column(page("inside"))
    assert sorted(told) == sorted(room for layer in LAYERS for room in layer)
    assert told == sorted(told, key=lambda room: next(place for place, layer in enumerate(LAYERS) if room in layer))


def test_named_environments_exist() -> None:
    """What the pages have tox run is there."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    named = set(re.findall(r"tox -e (\w+)", EVERYTHING))
    assert {"lock", "newest", "lowest", "long"} <= named <= set(project["tool"]["tox"]["env"])


def paths() -> set[str]:
    """What the pages name of the repository's own files, by a path or a pattern, or as a module to be run."""
    named = re.findall(r"`((?:kbsync|tests|\.ci|knowledge)/[^`\s…]*)`", EVERYTHING)
    modules = [module.replace(".", "/") for module in re.findall(r"python -m (tests\.[\w.]+)", EVERYTHING)]
    run = [f"{module}/__main__.py" if (ROOT / module).is_dir() else f"{module}.py" for module in modules]
    return {*named, *run}


def test_named_files_are_there() -> None:
    """A newcomer who follows a path arrives."""
    assert len(paths()) > len(PAGES)
    assert sorted(path for path in paths() if not any(ROOT.glob(path.rstrip("/")))) == []


def anchors(path: Path) -> set[str]:
    """What the headings of a page are called in a link, as GitHub forms it."""
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_links_lead_somewhere() -> None:
    """Every relative link names a file of the repository, and every anchor a heading of its page."""
    wrong = []
    for at, target in LINKS:
        name, _, anchor = target.partition("#")
        path = at.parent / name if name else at
        if not path.exists() or (anchor and anchor not in anchors(path)):
            wrong.append(f"{at.name}: {target}")
    assert wrong == []


def test_every_page_is_reached_from_every_other() -> None:
    """The README leads to each page, and each page to all the others."""
    reached = {at: {(at.parent / target.partition("#")[0]).resolve() for page, target in LINKS if page == at} for at in PAGES}
    missing = [f"{at.name} to {other.name}" for at in PAGES for other in PAGES if other != at and other not in reached[at]]
    assert missing == []


def test_a_source_distribution_holds_what_the_pages_lead_to() -> None:
    """Whoever unpacks one has every file that is linked or named, and what the tests read."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    included = project["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    linked = {((at.parent / target.partition("#")[0]).resolve().relative_to(ROOT)).parts[:1] for at, target in LINKS}
    needed = {parts[0] for parts in linked if parts} | {path.partition("/")[0] for path in paths()} | {".pre-commit-hooks.yaml"}
    assert needed - set(included) == set()
