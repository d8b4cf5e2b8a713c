"""The JSON Schemas accept what the reader accepts, and refuse what is wrong with one file's structure."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from kbsync.files.schema import knowledge_schema, settings_schema
from tests.unit.test_files import KNOWLEDGE
from tests.unit.test_files_settings import FULL

pytestmark = pytest.mark.no_cover

SHELF = Path(__file__).parent.parent / "bad"

STRUCTURAL = [
    "KB111-unknown-key",
    "KB112-wrong-type",
    "KB113-missing-key",
    "KB114-wrong-value",
    "KB116-empty-text",
    "KB308-category-path",
]


class Core(yaml.SafeLoader):
    """YAML by the 1.2 core rules, as an editor reads it."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - the name and type are PyYAML's


for tag, pattern, first in (
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"^[-+]?[0-9]+$", list("-+0123456789")),
    ("float", r"^[-+]?[0-9]+\.[0-9]*$", list("-+0123456789")),
):
    Core.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", __import__("re").compile(pattern), first)


def faults(schema: dict[str, Any], text: str) -> list[str]:
    """What a validator says about each document."""
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    return [error.message for document in yaml.load_all(text, Core) for error in validator.iter_errors(document)]


def test_valid_files_pass() -> None:
    """The samples that the reader takes without a fault are valid for an editor too."""
    assert faults(knowledge_schema(), KNOWLEDGE) == []
    assert faults(settings_schema(), FULL) == []


@pytest.mark.parametrize("name", STRUCTURAL)
def test_structural_faults_fail(name: str) -> None:
    """A file of the shelf whose structure is wrong does not pass."""
    text = (SHELF / name / "input.yaml").read_text(encoding="utf-8").replace("    {x: y}: z\n", "")
    assert faults(knowledge_schema(), text)


@pytest.mark.parametrize(
    "target",
    [
        "{sdkappid: 1}",
        "{region: tokyo}",
        "{region: moon, sdkappid: 1}",
        "{sdkappid: 1, region: tokyo, endpoint: 'https://h'}",
        "{driver: sandbox, calls_per_second: 6}",
        "{driver: sandbox, secret: x}",
    ],
)
def test_faulty_targets_fail(target: str) -> None:
    """What a target must have, and what excludes each other, is in the schema of the settings."""
    assert faults(settings_schema(), f"version: 1\ntargets: {{a: {target}}}\n")


def test_every_key_is_explained() -> None:
    """An editor can show a sentence for each key."""
    for schema in (knowledge_schema(), settings_schema()):
        for table in (schema, *schema["$defs"].values()):
            assert all(key["description"].endswith(".") for key in table["properties"].values())
