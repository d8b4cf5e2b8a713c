"""The example library at the top of the repository: what people copy from must be right."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

import kbsync
from kbsync.files import load_tree
from kbsync.files.layout import format_files
from kbsync.files.schema import knowledge_schema, settings_schema
from kbsync.model import AnswerType, Knowledge, Status
from kbsync.usecases.workspace import examine_workspace, open_workspace

KNOWLEDGE = Path(__file__).parent.parent / "knowledge"
STARTER = Path(kbsync.__file__).parent / "usecases" / "starter"
FILES = sorted(KNOWLEDGE.glob("*.yaml"))


@pytest.fixture(scope="module")
def library() -> Knowledge:
    """The library as it is read."""
    return open_workspace(KNOWLEDGE).knowledge


def test_it_has_no_finding() -> None:
    """Neither an error nor a warning, with every content rule on."""
    assert [str(found) for found in examine_workspace(KNOWLEDGE).diagnostics] == []


def test_it_is_a_library_to_start_from(library: Knowledge) -> None:
    """Sixty questions and more in eight categories and more, half of them in Chinese."""
    chinese = [
        question for question in library.questions if any("\u4e00" <= sign <= "\u9fff" for sign in question.content.question)
    ]
    assert len(library.questions) >= 60
    assert len({question.content.category[0] for question in library.questions}) >= 8
    assert 0.4 < len(chinese) / len(library.questions) < 0.6


def test_every_feature_of_the_format_is_shown(library: Knowledge) -> None:
    """Whoever wonders how something is written finds it here."""
    contents = [question.content for question in library.questions]
    assert {content.answer_type for content in contents} == set(AnswerType)
    assert {content.status for content in contents} == set(Status)
    assert any(content.similar for content in contents)
    assert any(question.previously for question in library.questions)
    assert any(question.protected for question in library.questions)
    assert {len(category.path) for category in library.categories} == {1, 2}
    assert any(category.previously for category in library.categories)
    assert any(category.authoritative for category in library.categories)
    text = "".join(path.read_text(encoding="utf-8") for path in FILES)
    assert all(
        sign in text for sign in ("answer: {file: ", "answer: &", "answer: *", "answer: >", "category: [", "#   production: ")
    )


@pytest.mark.parametrize("path", [KNOWLEDGE / "returns.yaml", STARTER / "example.yaml"], ids=lambda path: path.name)
def test_a_removal_is_shown(path: Path) -> None:
    """As a comment, because a line for a question that is not live would be told in each plan; without its sign it is one."""
    text = path.read_text(encoding="utf-8").replace("# removed:\n#   - ", "removed:\n  - ")
    answers = {f"answers/{each.name}": each.read_bytes() for each in (KNOWLEDGE / "answers").iterdir()}
    found = load_tree({path.name: text.encode(), **answers}, shown_as="", settings=False)
    assert (found.diagnostics, len(found.knowledge.removed)) == ((), 1)


def test_every_answer_file_is_used() -> None:
    """No file in ``answers/`` is left over."""
    text = "".join(path.read_text(encoding="utf-8") for path in FILES)
    assert [path.name for path in (KNOWLEDGE / "answers").iterdir() if f"{{file: answers/{path.name}}}" not in text] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_editors_find_the_schema(path: Path) -> None:
    """Each file begins with a modeline, and the schema that it names accepts every document."""
    text = path.read_text(encoding="utf-8")
    named = text.splitlines()[0].removeprefix("# yaml-language-server: $schema=")
    schema = json.loads((path.parent / named).read_text(encoding="utf-8"))
    for document in yaml.safe_load_all(text):
        jsonschema.validate(document, schema)


@pytest.mark.parametrize(("name", "schema"), [("knowledge", knowledge_schema()), ("settings", settings_schema())])
def test_the_schemas_are_current(name: str, schema: object) -> None:
    """What is checked in is what ``kbsync schema`` prints now."""
    path = KNOWLEDGE / ".schema" / f"{name}.json"
    assert path.read_text(encoding="utf-8") == json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def test_it_is_in_the_canonical_layout() -> None:
    """``kbsync fmt`` has nothing to do."""
    files = {path.relative_to(KNOWLEDGE).as_posix(): path.read_bytes() for path in KNOWLEDGE.rglob("*") if path.is_file()}
    yaml_files = {name: data for name, data in files.items() if name.endswith(".yaml")}
    assert sorted(format_files(yaml_files, shown_as="knowledge")) == []
