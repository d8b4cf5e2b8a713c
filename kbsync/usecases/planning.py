"""From a workspace to a Plan: finds the base in git, looks at the service, and lets the planner decide."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kbsync.diagnostics import Severity, has_errors
from kbsync.display import short_commit
from kbsync.errors import HistoryUnavailable, Misuse, UnusableFile
from kbsync.files import SETTINGS_FILE, Loaded, is_yaml, load_tree
from kbsync.history.ancestry import commits_touching, former_directory
from kbsync.history.base import Base, find_base
from kbsync.history.repository import Repository
from kbsync.history.snapshot import FileDifference, differences, is_content_of, snapshot
from kbsync.messages import Message, message
from kbsync.model import Category, Knowledge, Question
from kbsync.plan import BaseKind, Kind, Plan, Problem, ProblemKind, Purpose, Source, TargetRef
from kbsync.planner import Context, make_plan
from kbsync.planner.selection import is_known
from kbsync.planner.undo import invert
from kbsync.report import Receipt
from kbsync.settings import Driver, Target
from kbsync.store import Reader
from kbsync.usecases.context import RunContext
from kbsync.usecases.lineage import find_divergence
from kbsync.usecases.workspace import Workspace, name_of

__all__ = [
    "History",
    "check_pattern",
    "check_target",
    "declared_before",
    "find_drift",
    "find_history",
    "formerly_declared",
    "is_shared",
    "make_offline_plan",
    "plan_against",
    "plan_undo",
]


@dataclass(frozen=True, slots=True)
class History:
    """The git side of a run.

    ``knowledge`` is the library at the base, None without one that can be compared; ``notes`` say what was used, ``warnings``
    belong into a plan. ``missing`` are the places of files that git left out of the working tree; ``untold`` is why there is a
    base without knowledge.
    """

    repository: Repository | None
    base: Base
    knowledge: Knowledge | None
    commit: str | None
    notes: tuple[Message, ...] = ()
    warnings: tuple[Problem, ...] = ()
    missing: frozenset[str] = frozenset()
    untold: Message | None = None


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


def is_shared(target: Target) -> bool:
    """Whether the git remote is asked: the embedded service lives on this machine, so its refs do too."""
    return target.driver is not Driver.SANDBOX


def find_history(
    workspace: Workspace, target: Target, *, given: str | None, context: RunContext, certain: bool = True
) -> History:
    """Find the base and read the library as it was there.

    Raises HistoryUnavailable for a base that was asked for, and where the commit last applied cannot be read, unless a guess will
    do: who only plans may not be ``certain``, and then a warning stands in the plan, which nobody can apply.
    """
    repository = Repository.find(workspace.directory, environ=context.environ)
    if repository is None:
        if given is not None:
            raise HistoryUnavailable(
                message("{directory} is in no git repository, so --base cannot be read", directory=workspace.shown_as)
            )
        note = message(
            "Not in a git repository: planned without a base, so causes are unknown, "
            "and only authoritative categories can lose anything."
        )
        return History(None, Base(None, BaseKind.NONE), None, None, (note,))
    base = find_base(repository, target=target.name, given=given, environ=context.environ, shared=is_shared(target))
    if base.doubt is not None and certain:
        raise _uncertain(base.doubt, target)
    commit, found, doubts = _commit_of(workspace, repository)
    notes = (*base.notes, *doubts)
    missing = [each for each in found if each.missing]
    warnings = (*(() if base.doubt is None else (_guessed(target),)), *(_left_out(each, workspace) for each in missing[:1]))
    places = frozenset(f"{workspace.shown_as}/{each.name}" for each in missing)
    if base.commit is None:
        return History(repository, base, None, commit, notes, warnings, places)
    tree, moved = _tree_at(base.commit, repository, workspace)
    notes = (*notes, *moved)
    warnings = (*warnings, *find_divergence(repository, base, workspace))
    if not tree:
        return History(repository, base, None, commit, notes, warnings, places, moved[0])
    knowledge = _knowledge_at(base.commit, tree, workspace, target, found)
    if isinstance(knowledge, Problem):
        return History(repository, base, None, commit, notes, (*warnings, knowledge), places, knowledge.message)
    return History(repository, base, knowledge, commit, notes, warnings, places)


def _uncertain(doubt: HistoryUnavailable, target: Target) -> HistoryUnavailable:
    words = message(
        "which commit was last applied to {target} is not known, so nothing is done unless --base COMMIT names it: {reason}",
        target=target.name,
        reason=doubt.message,
    )
    return HistoryUnavailable(words, hint=doubt.hint)


def _guessed(target: Target) -> Problem:
    words = message(
        "which commit was last applied to {target} could not be read from git, so the causes told here may be wrong: plan again "
        "when it can, or name that commit with --base COMMIT",
        target=target.name,
    )
    return Problem(ProblemKind.DIVERGED, words, blocking=False)


def _commit_of(workspace: Workspace, repository: Repository) -> tuple[str | None, Sequence[FileDifference], Sequence[Message]]:
    """The commit whose files are those that were read; None where there is none, with what differs, and why in words."""
    commit = repository.head()
    if commit is None:
        return None, (), ()
    found = differences(repository, commit, workspace.directory, workspace.files, is_read=is_yaml)
    if not found:
        return commit, (), ()
    if workspace.files.changed():
        return (
            None,
            found,
            (message("The files changed or were committed while they were read: this is planned as of no commit."),),
        )
    first = message(
        "Files of no commit: {file} is not as in {commit}: {why}.",
        file=f"{workspace.shown_as}/{found[0].name}",
        commit=short_commit(commit),
        why=found[0].why,
    )
    return None, found, (first,)


def _tree_at(commit: str, repository: Repository, workspace: Workspace) -> tuple[dict[str, bytes], tuple[Message, ...]]:
    """The files of the knowledge directory at a commit, wherever it was then; none, with a note, where that cannot be told."""
    tree = snapshot(repository, commit, workspace.directory)
    if tree:
        return tree, ()
    former = former_directory(repository, commit, workspace.directory, known_by=SETTINGS_FILE)
    words = {"commit": short_commit(commit), "directory": workspace.shown_as}
    if former is None:
        unknown = message("The base {commit} has no directory {directory}, and git does not tell where it was.", **words)
        return {}, (unknown, message("No base: every cause is unknown."))
    moved = message("The directory {directory} was moved: at the base {commit} it was {former}.", **words, former=name_of(former))
    return snapshot(repository, commit, former), (moved,)


def _left_out(difference: FileDifference, workspace: Workspace) -> Problem:
    words = message(
        "{file} is in git and was not read, so what it declares is left alone and nothing is applied: {why}",
        file=f"{workspace.shown_as}/{difference.name}",
        why=difference.why,
    )
    return Problem(ProblemKind.WITHHELD, words)


def _knowledge_at(
    commit: str, tree: dict[str, bytes], workspace: Workspace, target: Target, found: Collection[FileDifference]
) -> Knowledge | Problem:
    """The knowledge at the base as the disk would have it; a problem where git's objects cannot be compared with the disk.

    What stands behind a filter is known where the object is the same as now: its file is what the filter made of it.
    """
    for each in found:
        if each.foreign and (each.blob is None or each.name in tree):
            if each.blob is None or not is_content_of(tree[each.name], each.blob):
                return _incomparable(each, commit, workspace)
            tree[each.name] = workspace.files[each.name]
    loaded = load_tree(tree, shown_as=workspace.shown_as, target=target.name, settings=False)
    if has_errors(loaded.diagnostics):
        first = next(each for each in loaded.diagnostics if each.severity is Severity.ERROR)
        raise HistoryUnavailable(
            message(
                "the knowledge at the base {commit} has errors: {place}: {first}",
                commit=short_commit(commit),
                place=f"{first.location.path}:{first.location.line}",
                first=first.message,
            ),
            hint=message("name a commit whose files are valid with --base"),
        )
    return loaded.knowledge


def _incomparable(difference: FileDifference, commit: str, workspace: Workspace) -> Problem:
    words = message(
        "{file} cannot be compared with the base {base}, so every cause is unknown: {why}; look at what the plan overwrites and, "
        "if it is meant, say so with --base {base}",
        file=f"{workspace.shown_as}/{difference.name}",
        base=short_commit(commit),
        why=difference.why,
    )
    return Problem(ProblemKind.DIVERGED, words, blocking=False)


def _load_at(commit: str, repository: Repository, directory: Path, *, shown_as: str, target: str) -> Loaded:
    """The knowledge of a directory as of a commit, with what is wrong in it. Raises HistoryUnavailable."""
    return load_tree(snapshot(repository, commit, directory), shown_as=shown_as, target=target, settings=False)


def plan_against(reader: Reader, workspace: Workspace, target: Target, *, history: History, only: str | None = None) -> Plan:
    """Look at the whole live library and plan. Raises ServiceError."""
    return _plan(workspace, target, history, reader.read(), only=only, offline=False)


def find_drift(reader: Reader, workspace: Workspace, target: Target, *, history: History) -> Plan:
    """What it would take to bring the live library back to the base: all of it is the console's doing.

    Raises Misuse without a base, ServiceError.
    """
    if history.untold is not None:
        raise HistoryUnavailable(message("drift cannot be told: {reason}", reason=history.untold))
    if history.knowledge is None:
        raise Misuse(
            message("drift is counted from the base, and there is none"),
            hint=message("apply once, or name a commit with --base REV"),
        )
    live = reader.read()
    context = _context(workspace, target, history, only=None, offline=False)
    context = replace(context, purpose=Purpose.DRIFT, warnings=())
    drift = make_plan(history.knowledge, live, history.knowledge, context=context)
    added = [change.title for change in drift.changes if change.kind is Kind.QUESTION and change.removal]
    formerly, untold = formerly_declared(added, workspace, target, history=history)
    warnings = (_cut(),) if untold else ()
    if not (formerly or warnings):
        return drift
    context = replace(context, formerly_declared=formerly, warnings=warnings)
    return make_plan(history.knowledge, live, history.knowledge, context=context)


def _cut() -> Problem:
    words = message(
        "what is new here may be what git took out earlier: not all of its history is in this clone (git fetch --unshallow)"
    )
    return Problem(ProblemKind.WITHHELD, words, blocking=False)


def formerly_declared(
    texts: Collection[str], workspace: Workspace, target: Target, *, history: History
) -> tuple[frozenset[str], frozenset[str]]:
    """Those of some live texts that git declared before the base and took out, and those of which that cannot be told.

    The questions of the first are not new in the console. A text that git still declares is in neither: its second question is
    the console's.
    """
    if history.repository is None or history.base.commit is None or history.knowledge is None:
        return frozenset(), frozenset()
    declared = {item.content.question for item in (*history.knowledge.questions, *workspace.knowledge.questions)}
    return declared_before(
        frozenset(texts) - declared, history.base.commit, history.repository, workspace.directory, target=target.name
    )


def declared_before(
    texts: Collection[str], commit: str, repository: Repository, directory: Path, *, target: str
) -> tuple[frozenset[str], frozenset[str]]:
    """Those of some texts that ``commit`` or one before it declared as questions, and those of which that cannot be told.

    It cannot where a part of the history is not here.
    """
    found: set[str] = set()
    asked = frozenset(texts)
    seen: set[str] = set()
    try:
        for other in commits_touching(repository, commit, directory, sorted(asked)):
            if found == asked:
                break
            if other in seen:
                continue
            seen.add(other)
            loaded = _load_at(other, repository, directory, shown_as="", target=target)
            if not has_errors(loaded.diagnostics):
                found |= asked & {question.content.question for question in loaded.knowledge.questions}
        whole = found == asked or not repository.is_shallow()
    except HistoryUnavailable:
        whole = False
    return frozenset(found), frozenset() if whole else asked - found


def plan_undo(reader: Reader, workspace: Workspace, target: Target, *, receipt: Receipt) -> Plan:
    """The plan that takes an apply back. Raises ServiceError."""
    return invert(receipt.report, reader.read(), policy=workspace.settings.policy, rate=target.calls_per_second)


def make_offline_plan(workspace: Workspace, target: Target, *, history: History, only: str | None = None) -> Plan:
    """Plan with the base in place of the live library: for pull requests from forks, which get no secrets."""
    if history.knowledge is None:
        raise Misuse(
            message("--offline compares with the base, and there is none"),
            hint=message("name one with --base REV, such as --base origin/main"),
        )
    return _plan(workspace, target, history, history.knowledge, only=only, offline=True)


def _plan(workspace: Workspace, target: Target, history: History, live: Knowledge, *, only: str | None, offline: bool) -> Plan:
    check_pattern(only, workspace.knowledge, live, history.knowledge)
    context = _context(workspace, target, history, only=only, offline=offline)
    return make_plan(workspace.knowledge, live, _said_of_read(history), context=context)


def _said_of_read(history: History) -> Knowledge | None:
    """The knowledge at the base without that of files which git left out of the working tree: nobody took it out of git."""
    said = history.knowledge
    if said is None or not history.missing:
        return said

    def stays(item: Question | Category) -> bool:
        return item.location is None or item.location.path not in history.missing

    return replace(said, categories=tuple(filter(stays, said.categories)), questions=tuple(filter(stays, said.questions)))


def check_pattern(only: str | None, *libraries: Knowledge | None) -> None:
    """Refuse a pattern that nothing in these libraries has: it is a slip of the pen, and no part. Raises Misuse."""
    if only is not None and not is_known(only, *libraries):
        raise Misuse(
            message("--only {pattern} matches nothing, neither in the files nor in the service", pattern=only),
            hint=message(
                "it is compared with whole questions, category paths (Parent / Child) and files; * stands for anything: "
                "--only '*word*'"
            ),
        )


def _context(workspace: Workspace, target: Target, history: History, *, only: str | None, offline: bool) -> Context:
    return Context(
        target=TargetRef(target.name, target.sdkappid),
        source=Source(
            knowledge=workspace.knowledge.digest(),
            commit=history.commit,
            base_commit=history.base.commit,
            base=history.base.kind,
        ),
        policy=workspace.settings.policy,
        rate=target.calls_per_second,
        offline=offline,
        only=only,
        warnings=history.warnings,
    )
