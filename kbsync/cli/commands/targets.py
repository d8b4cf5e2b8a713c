"""``kbsync targets``: the applications that the settings name."""

from kbsync.cli.options import Invocation, documented, invocation
from kbsync.usecases.context import Exit


@documented(
    examples=(
        ("kbsync targets", "name, driver, SDKAppID"),
        ("kbsync targets --format matrix", "a CI matrix, one job a target"),
    ),
    exits={
        Exit.INVALID: "the settings have errors",
    },
)
@invocation("text", "json", "matrix", target=False)
def targets(call: Invocation) -> int:
    """List the targets of kbsync.yaml.

    With `--format matrix` the list feeds a CI matrix, one job a target; the embedded service is none beside real ones.
    """
    from kbsync.render.results import matrix_json, targets_json  # noqa: PLC0415
    from kbsync.usecases.workspace import open_workspace  # noqa: PLC0415

    workspace = open_workspace(call.directory)
    settings = workspace.settings
    wanted = settings.side_by_side if call.format == "matrix" else settings.targets
    known = [workspace.target(target.name) for target in wanted]
    match call.format:
        case "matrix":
            call.screen.result(matrix_json(known))
        case "json":
            call.screen.result(targets_json(known))
        case _:
            call.screen.result("\n".join(f"{item.name}  {item.driver.value}  {item.sdkappid}" for item in known))
    return Exit.DONE
