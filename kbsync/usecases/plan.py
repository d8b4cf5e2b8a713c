"""Making a plan, or the one that undoes what the console did: read the files, the base and the live library, ask the planner."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kbsync.diagnostics import of_changed
from kbsync.errors import HistoryUnavailable, Misuse, UnusableFile
from kbsync.files import load_tree
from kbsync.messages import message, plural
from kbsync.model import Category, Knowledge, Question
from kbsync.plan import Plan, Problem, ProblemKind, Purpose, QuestionChange, Source, TargetRef
from kbsync.planfile import encode_plan, read_plan_or_receipt
from kbsync.report import Receipt
from kbsync.saving import save
from kbsync.settings import Driver, Target
from kbsync.usecases.context import Call, Exit
from kbsync.usecases.git import History, find_history, leftovers_of, receipts_of, settled
from kbsync.usecases.workspace import ForeignAddress, Workspace, check_address, compared_with

__all__ = ["PlanOptions", "find_drift", "plan_library"]


if TYPE_CHECKING:
    from kbsync.desk.chitchat import DeskReader
    from kbsync.usecases.composition import ReadingAhead


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """The options of ``kbsync plan``. Raises Misuse for options that exclude each other."""

    out: Path | None = None
    detailed_exitcode: bool = False
    base: str | None = None
    offline: bool = False
    only: str | None = None
    undo: str | None = None
    """A file, ``last``, or the number of a receipt in git."""

    def __post_init__(self) -> None:
        if self.undo is not None and (self.base or self.offline or self.only):
            raise Misuse(message("--undo takes back a whole apply: --base, --offline and --only have no place beside it"))


@dataclass(frozen=True, slots=True)
class Prepared:
    """The files and the git side of one target, before the service is reached."""

    workspace: Workspace
    target: Target
    history: History


def plan_library(call: Call, options: PlanOptions) -> tuple[Plan, Exit]:
    """Make the plan that the options ask for, and save it with ``--out``."""
    if options.undo is not None:
        plan = _plan_undo(call, options.undo)
    elif options.offline:
        # For pull requests from forks, which have no secrets.
        plan = _against_base(prepare(call, base=options.base, certain=False), options.only)
    else:
        plan = _plan_live(call, options)
    if options.out is not None:
        save(options.out, encode_plan(plan))
        call.screen.note(message("Plan saved to {path}.", path=options.out))
    return plan, Exit.PENDING if options.detailed_exitcode and plan.changes else Exit.DONE


def find_drift(call: Call, *, base: str | None) -> tuple[Plan, Exit]:
    """The plan that would restore the base in the live library: each of its changes undoes a console edit.

    Before the first apply there is no base, and the plan is empty. Raises HistoryUnavailable for a base that cannot be compared,
    and ServiceError.
    """
    with reading_ahead(call) as ahead:
        ready = prepare(call, base=base, ahead=ahead)
        knowledge = ready.history.knowledge
        if ready.history.untold is not None:
            raise HistoryUnavailable(message("drift cannot be told: {reason}", reason=ready.history.untold))
        if knowledge is None:
            nothing = Knowledge()
            return _made(ready, nothing, nothing, nothing, purpose=Purpose.DRIFT), Exit.DONE
        with reader_of(call, ready.workspace, ahead=ahead) as reader:
            drift = drift_between(reader.read(), knowledge, ready)
    declared = {question.content for question in ready.workspace.knowledge.questions}
    if said := sum(change.before in declared for change in drift.changes):
        call.screen.note(
            message(
                "What the files here say already: {count}. It was taken in from the console, or an apply put it there and "
                "could not push its record: kbsync apply moves the base on.",
                count=said,
            )
        )
    return drift, Exit.PENDING if drift.changes else Exit.DONE


def drift_between(live: Knowledge, knowledge: Knowledge, ready: Prepared) -> Plan:
    """The plan that would restore the base, ``knowledge``, in a live library."""
    memory = settled_by(live, ready).history.memory
    # What kbsync itself left there is none of the console's doing, nor is what git gave up.
    left = memory.left if memory else knowledge
    return _made(ready, left, live, knowledge, purpose=Purpose.DRIFT, warnings=(), memory=None)


def prepare(
    call: Call, *, base: str | None, certain: bool = True, planned: bool = False, ahead: "ReadingAhead | None" = None
) -> Prepared:
    """Read the files, show their warnings, and find the base.

    Without ``certain``, as for a plan, a base may be a guess that is marked in the plan. With ``planned``, as for a saved plan,
    no base is searched. ``ahead`` has found the repository already, if it had to.
    """
    workspace = call.open_workspace(comparing=False)
    target = call.target_of(workspace)
    with call.waiting(message("asking git")):
        history = find_history(
            workspace,
            target,
            given=base,
            context=call.context,
            certain=certain,
            planned=planned,
            repository=None if ahead is None else ahead.repository,
        )
    with call.waiting(message("comparing wordings")):
        workspace = compared_with(workspace, history.knowledge)
    _warn(call, workspace, Knowledge() if planned else history.knowledge, planned=planned)
    call.screen.notes(history.notes)
    return Prepared(workspace, target, history)


def _warn(call: Call, workspace: Workspace, base: Knowledge | None, *, planned: bool) -> None:
    """Show the findings about entries that differ from the base, and the number of the rest; with ``planned`` only the number."""
    found = workspace.diagnostics
    if found and base is not None:
        old = {question.content for question in base.questions}
        places = {question.location: question.content in old or planned for question in workspace.knowledge.questions}
        found = of_changed(
            found, [place for place in places if place], [place for place, same in places.items() if place and not same]
        )
    call.screen.warn(found)
    if rest := len(workspace.diagnostics) - len(found):
        call.screen.note(
            plural(
                "{count} finding in entries that do not change: kbsync validate shows it.",
                "{count} findings in entries that do not change: kbsync validate shows them.",
                count=rest,
            )
        )


@contextmanager
def reader_of(
    call: Call, workspace: Workspace, *, checked: bool = False, ahead: "ReadingAhead | None" = None
) -> Iterator["DeskReader | ReadingAhead"]:
    """A reader of the target's library, ``ahead`` where that is of the same target; its address is checked unless ``checked``."""
    from kbsync.usecases.composition import connected, reading  # noqa: PLC0415  (loads httpx, which nothing offline needs)

    target = call.target_of(workspace)
    if ahead is not None and ahead.target == target:
        if not checked:
            check_address(workspace, target, environ=call.context.environ, repository=ahead.repository)
        with reading(call, ahead) as reader:
            yield reader
        return
    if ahead is not None:
        ahead.end()
    with connected(call, workspace, checked=checked) as connection, reading(call, connection) as reader:
        yield reader


def reading_ahead(call: Call, *, given: str | None = None) -> AbstractContextManager["ReadingAhead"]:
    """See ``composition.reading_ahead``."""
    from kbsync.usecases.composition import reading_ahead as begun  # noqa: PLC0415  (loads httpx, which nothing offline needs)

    return begun(call, given=given)


def settled_by(live: Knowledge, ready: Prepared) -> Prepared:
    """The same with the history held to the live library."""
    return replace(ready, history=settled(ready.history, live, ready.workspace, ready.target))


def plan_against(live: Knowledge, ready: Prepared, *, only: str | None = None, offline: bool = False) -> Plan:
    """Plan against the whole live library. Raises Misuse for a pattern that nothing has."""
    ready = settled_by(live, ready)
    desired, base = ready.workspace.knowledge, ready.history.knowledge
    check_pattern(only, desired, live, base)
    said = _base_of_read_files(ready.history)
    plan = _made(ready, desired, live, said, only=only, offline=offline)
    return plan if ready.target.driver is Driver.SANDBOX else _without_example(plan)


def _base_of_read_files(history: History) -> Knowledge | None:
    """The knowledge at the base without that of files which git left out of the working tree: it is still in git."""
    said = history.knowledge
    if said is None or not history.missing:
        return said

    def stays(item: Question | Category) -> bool:
        return item.location is None or item.location.path not in history.missing

    return replace(said, categories=tuple(filter(stays, said.categories)), questions=tuple(filter(stays, said.questions)))


def _without_example(plan: Plan) -> Plan:
    """A plan for a real application that would bring it the example of ``kbsync init`` cannot be applied."""
    created = [change for change in plan.changes if isinstance(change, QuestionChange) and change.before is None]
    if not created:
        return plan
    text = resources.files("kbsync.usecases").joinpath("starter", "example.yaml").read_bytes()
    example = {
        (question.content.question, question.content.answer)
        for question in load_tree({"example.yaml": text}, shown_as="", settings=False).knowledge.questions
    }
    found = [change for change in created if change.after is not None and (change.after.question, change.after.answer) in example]
    problems = (
        Problem(
            ProblemKind.WITHHELD,
            message("{text} is the example that kbsync init wrote: delete it, or write what you answer", text=change.title),
            change.location,
        )
        for change in found
    )
    return replace(plan, problems=(*plan.problems, *problems))


def _made(ready: Prepared, desired: Knowledge, live: Knowledge, base: Knowledge | None, **otherwise: Any) -> Plan:
    """The planner's plan; ``otherwise`` are parts of its context that the files and git do not decide."""
    from kbsync.planner import Context, make_plan  # noqa: PLC0415  (a saved plan is carried out without it)

    history = ready.history
    context = Context(
        target=TargetRef(ready.target.name, ready.target.sdkappid),
        source=Source(
            knowledge=ready.workspace.knowledge.digest(),
            commit=history.commit,
            base_commit=history.base.commit,
            base=history.base.kind,
        ),
        policy=ready.workspace.settings.policy,
        rate=ready.target.calls_per_second,
        memory=history.memory,
        warnings=history.warnings,
    )
    return make_plan(desired, live, base, context=replace(context, **otherwise))


def check_target(plan: Plan, target: Target) -> None:
    """Refuse a plan that was made for another application than the settings name. Raises UnusableFile."""
    if (plan.target.name, plan.target.sdkappid) != (target.name, target.sdkappid):
        raise UnusableFile(
            message(
                "the plan is for target {planned} (SDKAppID {planned_app}), the settings say {target} (SDKAppID {app})",
                planned=plan.target.name,
                planned_app=plan.target.sdkappid,
                target=target.name,
                app=target.sdkappid,
            ),
            hint=message("name the plan's target with --target, or plan again"),
        )


def check_pattern(only: str | None, *libraries: Knowledge | None) -> None:
    """Raise Misuse for a pattern that matches nothing in these libraries: it is a typing error."""
    if only == "":
        raise Misuse(message("--only is empty: it names what to look at"), hint=message("leave it out to look at everything"))
    if only is None:
        return
    from kbsync.planner import is_known  # noqa: PLC0415

    if not is_known(only, *libraries):
        raise Misuse(
            message("--only {pattern} matches nothing, neither in the files nor in the service", pattern=only),
            hint=message(
                "it is compared with whole questions, category paths (Parent / Child) and files; * stands for anything: "
                "--only '*word*'"
            ),
        )


def _plan_live(call: Call, options: PlanOptions) -> Plan:
    with reading_ahead(call, given=options.base) as ahead:
        ready = prepare(call, base=options.base, certain=False, ahead=ahead)
        repository = ready.history.repository
        try:
            check_address(ready.workspace, ready.target, environ=call.context.environ, repository=repository, given=options.base)
        except ForeignAddress as problem:
            words = message(
                "the address of {target} (endpoint and SDKAppID) is not the one that {branch} gives it, which this pull request "
                "joins: planned offline, so that no signature goes where nobody has agreed to",
                target=ready.target.name,
                branch=problem.branch,
            )
            call.screen.note(words)
            return _against_base(ready, options.only, Problem(ProblemKind.DIVERGED, words, blocking=False))
        with reader_of(call, ready.workspace, checked=True, ahead=ahead) as reader:
            return plan_against(reader.read(), ready, only=options.only)


def _against_base(ready: Prepared, only: str | None, *doubts: Problem) -> Plan:
    """A plan with the base in place of the live library; without a comparable base everything is new, with a note."""
    history = ready.history
    if history.knowledge is None:
        words = message(
            "there is no base to stand in for the live library, so everything that the files declare is shown as new: a base is "
            "named with --base REV, such as --base origin/main"
        )
        doubts = (*doubts, Problem(ProblemKind.DIVERGED, words, blocking=False))
    ready = replace(ready, history=replace(history, warnings=(*doubts, *history.warnings)))
    return plan_against(history.knowledge or Knowledge((), ()), ready, only=only, offline=True)


def _plan_undo(call: Call, named: str) -> Plan:
    """The plan that takes an apply back."""
    if named == "last" or named.isdecimal():
        workspace = call.open_workspace()
        receipt = _kept_receipt(named, workspace, call.target_of(workspace), call)
    else:
        found = read_plan_or_receipt(Path(named))
        if not isinstance(found, Receipt):
            raise Misuse(message("{path} is a plan and not a receipt: apply --receipt writes receipts", path=named))
        receipt = found
        call = replace(call, target=call.target or receipt.report.plan.target.name)
        workspace = call.open_workspace()
    target = call.target_of(workspace)
    check_target(receipt.report.plan, target)
    from kbsync.planner.undo import invert  # noqa: PLC0415  (loaded for an undo alone)

    with reader_of(call, workspace) as reader:
        plan = invert(receipt.report, reader.read(), policy=workspace.settings.policy, rate=target.calls_per_second)
    return replace(plan, undoes=receipt.started)


def _kept_receipt(named: str, workspace: Workspace, target: Target, call: Call) -> Receipt:
    """The receipt in git with a number, or the last one with changes. Raises Misuse, also if git lacks a later one."""
    lost = leftovers_of(workspace, target, context=call.context)[:1] if named == "last" else ()
    for number, receipt in receipts_of(workspace, target, context=call.context):
        if named == "last" and receipt.report.plan.changes and not any(each.started >= receipt.started for _, each in lost):
            return receipt
        if str(number) == named:
            return receipt
    for path, each in lost:
        raise Misuse(
            message(
                "the last apply to {target}, of {when}, is not in git: its receipt is {path}",
                target=target.name,
                when=each.started,
                path=path,
            ),
            hint=message("take that one back with kbsync plan --undo {path}, or name an earlier one by its number", path=path),
        )
    raise Misuse(
        message("git has no such receipt of an apply to {target}: {number}", target=target.name, number=named),
        hint=message("name a file that apply --receipt wrote"),
    )
