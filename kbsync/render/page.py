"""A plan and its receipt in the words of one language, for formats to draw: headline, next steps, parts of changes, outcomes."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from kbsync.display import cut, short_commit
from kbsync.guards import Consent, console_edits, objections, removal_count, undone_changes
from kbsync.messages import Message, message, plural
from kbsync.model import AnswerType, Content, show_path
from kbsync.plan import (
    FIELD_NAMES,
    VALUE_NAMES,
    Action,
    BaseKind,
    Cause,
    Change,
    Field,
    Kind,
    Match,
    Plan,
    Problem,
    Purpose,
    QuestionChange,
    Unmanaged,
    value_of,
)
from kbsync.render.phrases import (
    BASES,
    CAUSE_SENTENCES,
    DANGERS,
    FOUND,
    FOUND_CHANGED,
    NOTHING_APPLIED,
    OUTCOMES,
    RECOGNISED,
    REVIEWED,
    UNMANAGED,
    VOICES,
)
from kbsync.render.view import (
    ActionCount,
    Difference,
    Outline,
    QuestionView,
    Section,
    Time,
    Version,
    action_of,
    counted,
    is_conflict,
    outline,
)
from kbsync.render.words import Words
from kbsync.report import ApplyReport, ChangeOutcome, Mismatch, Outcome
from kbsync.settings import Drift, Prune

__all__ = ["PlanWords"]

Named = tuple[str, str]
"""The subject of a line, and its place; an empty place if unknown."""

Clause = tuple[Message, ...]
"""Messages that belong together in a sentence: commas inside a clause, semicolons between clauses."""


class PlanWords(Words):
    """The words about one plan, in the voice of its purpose."""

    def __init__(self, plan: Plan, language: str = "en") -> None:
        super().__init__(language)
        self.plan = plan
        self.is_drift = plan.purpose is Purpose.DRIFT
        compared = not self.is_drift or plan.source.base is not BaseKind.NONE
        self.voice = VOICES[plan.purpose] if compared else NOTHING_APPLIED

    @cached_property
    def shown(self) -> Outline:
        """The parts of the plan."""
        return outline(self.plan)

    def clauses(self) -> tuple[Clause, ...]:
        """The headline: first what takes away or overwrites, then the rest, what stays, and what it costs.

        Each change counts once, so that harmless and dangerous ones never add up to one figure.
        """
        nothing = self.voice.no_changes if self.plan.only is None else message("nothing to do in this part")
        counts = self.tallies() or ((nothing,),)
        if self.shown.outlived:
            dangers = self._dangers()
            outlived = plural(
                "{count} answer still given that git no longer declares",
                "{count} answers still given that git no longer declares",
                count=self.shown.outlived,
            )
            counts = ((*dangers, outlived), *(counts[1:] if dangers else counts))
        return tuple(clause for clause in (*counts, *self._staying(), self._cost()) if clause)

    def tallies(self) -> tuple[Clause, ...]:
        """What happens and how often: one clause for what is dangerous, one for the rest, each only if there is any."""
        groups = [group for group in self.shown.groups if self.is_drift or not group.danger]
        rest = tuple(map(self._count, counted(change for group in groups for change in group.changes)))
        return tuple(clause for clause in (() if self.is_drift else self._dangers(), rest) if clause)

    def steps(self, *, commented: bool = False) -> tuple[str, tuple[str, ...]]:
        """What an apply will ask for, or where a drift can go: a heading and its lines, none where there is nothing to add.

        Who reads a comment has no command line, but a workflow to start and the files of the pull request. What stops a plan
        stands at the top of its page and is not repeated.
        """
        if not self.plan.changes:
            return "", ()
        commented = commented and self.plan.purpose is Purpose.SYNC
        if self.is_drift:
            title = message("What to do")
            lines = [message("kbsync pull brings these into the files; kbsync apply puts back what git declares.")]
        else:
            title = message("To apply")
            agreed = Consent(removal_count(self.plan) or None, overwrite_conflicts=True, overwrite_drift=True)
            plan, consent = replace(self.plan, problems=(), offline=False), agreed if commented else Consent()
            lines = [*(self._choices() if commented else ()), *objections(plan, consent)]
            lines = [replace(line, values=tuple((name, cut(value, _VALUE)) for name, value in line.values)) for line in lines]
        return self.say(title), tuple(map(self.say, lines))

    def question(self) -> Message:
        """What is asked before an apply: the dangers once more, and the rest."""
        counts = tuple(part for clause in self.tallies() for part in clause)
        return message("Apply to {target}: {counts}?", target=self.plan.target.name, counts=counts)

    def presets(self) -> str:
        """How much of the library the service made and owns; empty where it is nothing."""
        items = self.shown.presets
        questions = sum(item.kind is Kind.QUESTION for item in items)
        said = message(
            "The service's own (presets), left as they are: questions {questions}, categories {categories}.",
            questions=questions,
            categories=len(items) - questions,
        )
        return self.say(said) if items else ""

    def bundle(self, changes: Sequence[Change]) -> Named:
        """Moves from one category to one other: how many, and from where to where."""
        first = changes[0]
        assert isinstance(first, QuestionChange) and first.before and first.after  # noqa: PT018, S101  (only moves are bundled)
        route = f"{show_path(first.before.category)} → {show_path(first.after.category)}"
        return self.say(message("{count} questions", count=len(changes))), route

    def _choices(self) -> Iterator[Message]:
        """What a reader of a pull request can do about what a merge alone does not apply."""
        if count := removal_count(self.plan):
            yield plural(
                "{count} removal waits after the merge: start the apply workflow by hand with allow-remove: {count} (GitLab: the "
                "job kbsync-apply with KBSYNC_APPLY_ALLOW_REMOVE={count}); to keep it, put its entry back into the file",
                "{count} removals wait after the merge: start the apply workflow by hand with allow-remove: {count} (GitLab: the "
                "job kbsync-apply with KBSYNC_APPLY_ALLOW_REMOVE={count}); to keep a question, put its entry back into the file",
                count=count,
            )
        if any(change.cause is Cause.CONFLICT for change in self.plan.changes):
            yield message(
                "changed on both sides: to keep what the console says, write it into the file of this pull request; to let git "
                "win, start the apply workflow by hand with overwrite-conflicts (GitLab: KBSYNC_APPLY_OVERWRITE_CONFLICTS=true)"
            )
        if self.plan.policy.drift is not Drift.REFUSE:
            return
        if console_edits(self.plan):
            yield message(
                "edited in the console: to keep an edit, write it into the file of this pull request; to let git win, start the "
                "apply workflow by hand with overwrite-drift (GitLab: KBSYNC_APPLY_OVERWRITE_DRIFT=true), or always with the "
                "line drift: overwrite below policy: in kbsync.yaml"
            )
        if undone_changes(self.plan):
            yield message(
                "taken back by an undo: to leave it so, revert it in git; to make it again, start the apply workflow by hand "
                "with overwrite-drift (GitLab: KBSYNC_APPLY_OVERWRITE_DRIFT=true)"
            )

    def still_given(self) -> str:
        """That customers get answers which git gave up, if they do: no page may call everything as declared then."""
        said = plural(
            "Customers still get {count} answer that git no longer declares.",
            "Customers still get {count} answers that git no longer declares.",
            count=len(self.plan.outlived),
        )
        return self.say(said) if self.plan.outlived else ""

    def nothing_to_do(self) -> str:
        """The sentence of a plan without changes; it claims nothing about what was not compared."""
        plan = self.plan
        if self.voice.empty is not None:
            return self.say(self.voice.empty)
        if plan.only is not None:
            said = message("Nothing to do in this part: what matches is as git declares it, or is left alone.")
        elif plan.offline:
            said = message("Nothing to do: what git declares is the same as in the base.")
        elif not plan.unchanged:
            said = message("Nothing to do: git declares no question, and none is to be removed.")
        else:
            said = message("Nothing to do: whatever git declares is live as declared (questions: {count}).", count=plan.unchanged)
        return self.say(said)

    def base(self) -> str:
        """What the plan was compared with besides the live library; the apply that an undo takes back."""
        if self.plan.undoes is not None:
            return self.say(message("takes back the apply of {when}", when=self.plan.undoes))
        source = self.plan.source
        return self.say(BASES[source.base].fill(commit=short_commit(source.base_commit)))

    def problem(self, problem: Problem) -> Named:
        """A problem and its place in the files."""
        return self.say(problem.message), problem.location.short if problem.location else ""

    def kept(self) -> "KeptLive":
        """What git gave up and stays live."""
        note: Message | str = ""
        if self.is_drift:
            note = message("Git took these out earlier, and customers still get those that are enabled.")
        elif self.plan.policy.prune is Prune.KEEP:
            note = message("Customers still get these answers. To remove one, write its text under removed: in a knowledge file.")
        return KeptLive(
            self.say(message("No longer in git, kept live")), self.say(note), tuple(map(named, self.shown.formerly_declared))
        )

    def unmanaged(self) -> Iterator[tuple[Kind, str, tuple[Named, ...]]]:
        """What git never declared, questions and categories apart, so that each number counts one kind; no empty list."""
        for kind, title in UNMANAGED.items():
            items = tuple(named(item) for item in self.shown.undeclared if item.kind is kind)
            if items:
                yield kind, self.say(title), items

    def heading(self, section: Section) -> tuple[str, str]:
        """The title of a section, and its meaning if that is not obvious."""
        return self.say(self.voice.sections[section]), self.say(self.voice.notes.get(section, ""))

    def label(self, change: Change) -> str:
        """What happens to the object, in one or two words."""
        return self.say(self.voice.deeds[change.kind][action_of(change)][0])

    def place(self, change: Change) -> str:
        """Where git declares it, or declared it where it is gone from there; empty where no file does."""
        if change.location is None:
            return ""
        place = change.location.short
        was = change.removal and not change.reviewed and self.plan.purpose is Purpose.SYNC
        return self.say(message("was in {place}", place=place) if was else place)

    def cause(self, cause: Cause) -> str:
        """Why something changes, in a few words."""
        return self.say(self.voice.causes[cause])

    def reason(self, change: Change) -> str:
        """Why it changes, in a whole sentence: who changed what, and what applying does about it."""
        if self.plan.purpose is Purpose.UNDO:
            return self.cause(Cause.DECLARED)
        if self.is_drift:
            return self.say(FOUND.get((change.kind, change.action), FOUND_CHANGED))
        created, removed, changed = CAUSE_SENTENCES[change.cause]
        if change.reviewed:
            removed = REVIEWED[change.cause]
        return self.say(created if change.action is Action.CREATE else removed if change.removal else changed)

    def recognition(self, change: Change) -> str:
        """How the live question was found, where not by its text."""
        if not isinstance(change, QuestionChange) or change.before is None:
            return ""
        if change.match is Match.WORDING:
            return self.say(message("recognised by its wording, {confidence} % alike", confidence=change.confidence))
        return self.say(RECOGNISED.get(change.match, ""))

    def notes(self, change: Change, *, cause: bool) -> Iterator[str]:
        """The small print beside a title: the category, the cause if asked for, and how the question was recognised."""
        content = change.after or change.before
        if isinstance(content, Content):
            yield show_path(content.category)
        if cause:
            yield self.cause(change.cause)
        if change.removal and change.action is Action.DISABLE:
            yield self.say(message("no longer in git"))
        doubt = self.recognition(change)
        if doubt:
            yield doubt

    def field(self, field: Field) -> str:
        """The name of a part of a question, as a heading."""
        return self.headline(((FIELD_NAMES[field],),))

    def value(self, content: Content, field: Field) -> str:
        """A field of one version; a rich answer as the text that customers read."""
        if field is Field.ANSWER and content.answer_type is AnswerType.RICH:
            from kbsync.render.html_rich import spoken  # noqa: PLC0415  (plain answers need no reader of markup)

            return spoken(content.answer, image=self.say(message("image")))
        return self.say(value_of(content, field))

    def sides(self, before: Content, after: Content, field: Field) -> tuple[str, str]:
        """A field of two versions: as customers read it, unless they differ only in their source."""
        was, will = self.value(before, field), self.value(after, field)
        same = field is Field.ANSWER and was == will and before.answer != after.answer
        return (before.answer, after.answer) if same else (was, will)

    def sources(self, view: QuestionView) -> tuple[str, ...]:
        """The source of a rich answer before and after, or the one of an answer that is shown whole, if not shown already."""
        whole = (Version(Time.AFTER, view.content),) if Field.ANSWER in view.whole else ()
        versions = next((found.versions for found in view.differences if found.field is Field.ANSWER), whole)
        if not versions:
            return ()
        sides = (versions[-2:][0].content, versions[-1].content)
        stored = (sides[0].answer, sides[1].answer)
        return () if stored == self.sides(*sides, Field.ANSWER) else stored[-len(versions) :]

    def whole(self, content: Content, field: Field) -> str:
        """A field that is shown as it stands; of the status only that customers get no answer is worth showing."""
        return self.say(message("disabled: customers get no answer")) if field is Field.STATUS else self.value(content, field)

    def when(self, version: Version) -> str:
        """Which version of a question it is."""
        return self.say(self.voice.sides[version.time])

    def remark(self, found: Difference) -> str:
        """Whose versions differ, or why; empty where the change itself shows that."""
        if found.named:
            return " → ".join(map(self.when, found.versions))
        return self.cause(found.cause) if found.cause else ""

    def _count(self, count: ActionCount) -> Message:
        return self.voice.deeds[count.kind][count.action][1].fill(count=count.number)

    def _staying(self) -> Iterator[Clause]:
        """What else an apply leaves alone: what git gave up, and apart from that the questions that it never had."""
        kept = len(self.shown.formerly_declared) - self.shown.outlived
        if kept:
            yield (message("{count} no longer in git, kept live", count=kept),)
        if self.shown.unmanaged:
            yield (plural("{count} unmanaged question", "{count} unmanaged questions", count=self.shown.unmanaged),)

    def _dangers(self) -> Clause:
        changes = {group.section: group.changes for group in self.shown.groups}
        taken = (*changes.get(Section.REMOVALS, ()), *changes.get(Section.DISABLED, ()))
        others = (said.fill(count=len(changes[section])) for section, said in DANGERS.items() if section in changes)
        return (*(self._taken(count, taken) for count in counted(taken)), *others)

    def _taken(self, count: ActionCount, changes: tuple[Change, ...]) -> Message:
        """What customers lose, and how much of it was edited in the console meanwhile."""
        alike = (change for change in changes if (change.kind, action_of(change)) == (count.kind, count.action))
        edited = sum(map(is_conflict, alike))
        if not edited:
            return self._count(count)
        return plural(
            "{taken} ({count} conflict: edited in the console too)",
            "{taken} ({count} conflicts: edited in the console too)",
            taken=self._count(count),
            count=edited,
        )

    def _cost(self) -> Clause:
        calls = 0 if self.is_drift else sum(self.plan.cost.calls.values())
        if not calls:
            return ()
        seconds = round(self.plan.cost.seconds)
        time = message("less than a second") if seconds < 1 else message("about {seconds} s", seconds=seconds)
        return (plural("at most {count} call", "at most {count} calls", count=calls), time)


_VALUE = 80
"""Characters of a question that a line names; the option to use follows it and must stay in sight."""


class KeptLive(NamedTuple):
    """Objects that stay live: a title, what that means and what to do about it, and their names."""

    title: str
    note: str
    items: tuple[Named, ...]


def named(item: Unmanaged) -> Named:
    """A question with its category, or a category by its path."""
    path = show_path(item.category)
    return (path, "") if item.kind is Kind.CATEGORY else (item.title, path)


@dataclass(frozen=True, slots=True)
class Entry:
    """One object with what was done to it and why it ended so; ``where`` is its place in the files, or its category.

    ``values`` are what was sent and what was found where it reads back differently.
    """

    title: str
    action: str = ""
    where: str = ""
    reasons: tuple[str, ...] = ()
    values: tuple[Named, ...] = ()


@dataclass(frozen=True, slots=True)
class OutcomePart:
    """What ended alike: changes, or questions that git gave up and customers still get."""

    id: str
    title: str
    danger: bool
    entries: tuple[Entry, ...]
    note: str = ""


class ReportWords(PlanWords):
    """The words about one apply, in the voice of its plan's purpose."""

    def __init__(self, report: ApplyReport, language: str = "en") -> None:
        super().__init__(report.plan, language)
        self.report = report

    def title(self) -> Message:
        """The title of the page, with ``{target}`` still open."""
        return self.voice.title if self.plan.purpose is Purpose.UNDO else message("Apply to {target}")

    def verdict(self) -> str:
        """Whether the work is done, and what to do if not."""
        if self.report.finished:
            said = self._done()
        elif self.report.incidents:
            said = message("NOT finished: {cause}", cause=self.report.incidents[0])
        elif self.report.interrupted:
            said = message("NOT finished: it was interrupted. Run kbsync plan to see what is left.")
        elif self.report.complete:
            said = message("NOT verified: the library could not be read back. Run kbsync plan to see whether anything is left.")
        else:
            said = message("NOT finished. Run kbsync plan to see what is left.")
        return self.say(said)

    def parts(self) -> Iterator[OutcomePart]:
        """The changes by how they ended: failures first, then what reads back differently, then what was done."""
        for outcome, title in OUTCOMES.items():
            entries = tuple(
                self._entry(each.change, *self._reasons(each)) for each in self.report.outcomes if each.outcome is outcome
            )
            if entries:
                lost = message("No usable answer came, and looking again did not settle it.")
                note = self.say(lost) if outcome is Outcome.UNKNOWN else ""
                yield OutcomePart(outcome.value, self.say(title), not outcome.good, entries, note)
            if outcome is Outcome.NOT_ATTEMPTED:
                yield from self._left()

    def tally(self) -> Iterator[tuple[str, int]]:
        """Each outcome that occurred, with its number."""
        counts = Counter(each.outcome for each in self.report.outcomes)
        return ((self.say(title), counts[outcome]) for outcome, title in OUTCOMES.items() if counts[outcome])

    def caveats(self) -> Iterator[str]:
        """What a reader should know of the way it went."""
        if self.report.throttled:
            yield self.say(message("Refused for speed and sent again: {count}", count=self.report.throttled))
        yield from map(self.say, self.report.incidents[1:])
        if not self.report.verified:
            yield self.say(message("The library was not read back afterwards."))

    def time(self) -> str:
        """How long it took."""
        return self.say(message("took {seconds} s", seconds=f"{self.report.seconds:.1f}"))

    def _done(self) -> Message:
        if self.plan.purpose is Purpose.UNDO:
            return message("Finished: what was applied is taken back.")
        if self.plan.only is not None:
            return message("Finished: the part that was chosen is live as declared; the rest was left alone.")
        if self.plan.outlived:
            return message("Finished: what git declares is live.")
        return message("Finished: everything is live as declared.")

    def _left(self) -> Iterator[OutcomePart]:
        """What is not as declared though its change did not fail."""
        if self.report.mismatches:
            differing = tuple(map(self._mismatched, self.report.mismatches))
            yield OutcomePart("differing", self.say(message("Reads back differently")), danger=True, entries=differing)
        if self.plan.outlived:
            kept = tuple(Entry(name, where=where) for name, where in map(named, self.plan.outlived))
            yield OutcomePart("lapsed", self.kept().title, danger=True, entries=kept)

    def _reasons(self, ended: ChangeOutcome) -> Iterator[str]:
        if ended.reason is not None:
            yield self.say(ended.reason)
        if ended.code is not None:
            yield self.say(message("error code {code}", code=ended.code))

    def _mismatched(self, found: Mismatch) -> Entry:
        names = {field.value: name for field, name in FIELD_NAMES.items()}
        values = {str(name): name for name in VALUE_NAMES.values()} if found.field in (Field.ANSWER_TYPE, Field.STATUS) else {}
        sent, read = (self.say(values.get(value, value)) for value in (found.wanted, found.found))
        reason = f"{self.say(names.get(found.field, found.field))}: {self.say(found.reason)}"
        return replace(
            self._entry(found.change, reason), values=((self.say(message("sent")), sent), (self.say(message("found")), read))
        )

    def _entry(self, index: int, *reasons: str) -> Entry:
        change = self.plan.changes[index]
        return Entry(change.title, self.label(change), self.place(change), reasons)
