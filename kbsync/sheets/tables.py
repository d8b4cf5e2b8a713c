"""Tables as files: written as CSV, TSV and workbooks."""

import csv
import io

from kbsync.model import Knowledge
from kbsync.sheets.rows import COLUMNS, HEADINGS, rows

__all__ = ["written"]

SEPARATORS = {"csv": ",", "tsv": "\t"}


def written(knowledge: Knowledge, commit: str | None, *, kind: str, language: str) -> bytes:
    """A library as a table, with headings in a language; a byte order mark tells Excel that it is UTF-8."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=SEPARATORS[kind], lineterminator="\n")
    writer.writerow(HEADINGS[name][language.startswith("zh")] for name in COLUMNS)
    writer.writerows([row[name] for name in COLUMNS] for row in rows(knowledge, commit))
    return text.getvalue().encode("utf-8-sig")
