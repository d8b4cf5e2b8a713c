"""``kbsync import``: a spreadsheet into the files."""

from pathlib import Path

import click

from kbsync.cli.options import Invocation, documented, invocation
from kbsync.usecases.context import Exit


@documented(
    "import",
    examples=(
        ("kbsync import library.xlsx", "show it, ask, write it"),
        ("kbsync import library.xlsx --dry-run", "only show it"),
        ("kbsync import faq.csv --map question=B,answer=D", "a table of somebody else's"),
        ("kbsync import qna.tsv --category 'Small talk'", "Microsoft's QnA"),
    ),
    exits={
        Exit.INVALID: "the table or the files have errors; nothing was changed",
        Exit.UNSAFE: "git and the table changed the same, the rest is written; or nobody is here to agree",
    },
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--map", "mapping", metavar="NAME=COLUMN,…", help="Which columns to take, by letter or heading.")
@click.option("--sheet", metavar="NAME", help="Which sheet of a workbook.")
@click.option("--category", metavar="PATH", help="Where new questions go that name no category.")
@click.option("--removed", is_flag=True, help="Questions without a row are removed: their texts come under removed:.")
@click.option("--theirs", is_flag=True, help="Where git and the table changed the same, take the table's side.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--dry-run", is_flag=True, help="Write nothing; only show the difference.")
@invocation(target=False)
def import_(
    call: Invocation,
    *,
    file: Path,
    mapping: str | None,
    sheet: str | None,
    category: str | None,
    removed: bool,
    theirs: bool,
    yes: bool,
    dry_run: bool,
) -> int:
    """Take a table into the files, comments kept.

    The first row holds the headings, English or Chinese. What was exported is merged with what the files say by now; where both
    changed the same, git's side stays and the place is named.
    """
    from kbsync.sheets.returning import Wishes  # noqa: PLC0415
    from kbsync.sheets.rows import path_of  # noqa: PLC0415
    from kbsync.usecases.importing import import_table  # noqa: PLC0415

    wishes = Wishes(removed, theirs, path_of(category) if category else ())
    return import_table(call, file, wishes, mapping=mapping or "", sheet=sheet, yes=yes, dry_run=dry_run)
