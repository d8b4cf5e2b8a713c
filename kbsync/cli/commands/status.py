"""``kbsync status``: where a target stands."""

from kbsync.cli.options import Invocation, all_targets_option, documented, invocation
from kbsync.usecases.context import Exit


@documented(
    examples=(
        ("kbsync status", "the default target"),
        ("kbsync status --all-targets", "every real one"),
        ("kbsync status --format json", "for programs"),
    ),
    exits={
        Exit.FAILED: "the library could not be read; the rest is told",
        Exit.INVALID: "the files have errors; kbsync validate shows them",
    },
)
@all_targets_option
@invocation("text", "json")
def status(call: Invocation, *, all_targets: bool) -> int:
    """Show where a target stands, on one screen.

    That is: files, what was applied last, what waits to be applied, what the console changed, who applies, and what to do next.
    Nothing is changed.
    """
    from kbsync.render.results import status_json  # noqa: PLC0415
    from kbsync.render.status import status_text  # noqa: PLC0415
    from kbsync.usecases.target import find_status  # noqa: PLC0415

    def show(one: Invocation) -> int:
        found, code = find_status(one)
        one.screen.result(status_json(found) if one.format == "json" else status_text(found, one.screen.options))
        return code

    if all_targets:
        from kbsync.cli.side_by_side import run_side_by_side  # noqa: PLC0415

        return run_side_by_side(call, show)
    return show(call)
