"""JSON Schema of the files, for editors, made from the tables that the reader follows.

What no schema can say, such as a rule across files, is not attempted.
"""

from typing import Any

from kbsync.diagnostics import Rule
from kbsync.files import tables
from kbsync.files.records import Table
from kbsync.files.shapes import ANSWER_FILE

__all__ = ["knowledge_schema", "settings_schema"]

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def knowledge_schema() -> dict[str, Any]:
    """The schema of one document of a knowledge file (JSON Schema 2020-12)."""
    return _document("kbsync knowledge file", tables.DOCUMENT, (tables.QUESTION, tables.CATEGORY, tables.CHILD, ANSWER_FILE))


def settings_schema() -> dict[str, Any]:
    """The schema of ``kbsync.yaml`` (JSON Schema 2020-12)."""
    schema = _document("kbsync settings", tables.SETTINGS, (tables.TARGET, tables.POLICY, tables.CHECK))
    schema["properties"]["targets"]["minProperties"] = 1
    checks = [rule for rule in Rule if rule.name.startswith("KB4")]
    schema["properties"]["checks"] |= {
        "properties": {rule.value: _object(tables.CHECKS.get(rule, tables.CHECK)) for rule in checks},
        "additionalProperties": False,
    }
    schema["$defs"]["target"] |= {
        "not": {"required": ["region", "endpoint"]},
        "if": {"properties": {"driver": {"const": "sandbox"}}, "required": ["driver"]},
        "else": {"required": ["sdkappid"], "anyOf": [{"required": ["region"]}, {"required": ["endpoint"]}]},
    }
    return schema


def _document(title: str, root: Table, others: tuple[Table, ...]) -> dict[str, Any]:
    return {"$schema": DIALECT, "title": title} | _object(root) | {"$defs": {table.name: _object(table) for table in others}}


def _object(table: Table) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {field.name: {"description": field.about} | field.kind.schema() for field in table.fields},
        "required": [field.name for field in table.fields if field.required],
        "additionalProperties": False,
    }
