"""Whether the files agree with each other: no text, id or category claimed by two. Each fault names both places."""

from collections.abc import Iterable, Mapping

from kbsync.diagnostics import Rule
from kbsync.display import shorten
from kbsync.files.decode import CategoryDraft, QuestionDraft
from kbsync.files.kinds import TextAt
from kbsync.messages import message
from kbsync.model import Category, CategoryPath, show_path


def check_questions(drafts: Iterable[QuestionDraft]) -> None:
    """Report questions that claim one text or one id; a second question with one text is not looked at further."""
    owners: dict[str, QuestionDraft] = {}
    for draft in drafts:
        first = owners.setdefault(draft.text.text, draft)
        if first is not draft:
            said = message("the question is declared twice: {text}", text=shorten(draft.text.text))
            hint = message("keep one of them; other wordings belong under similar")
            draft.text.fault(Rule.KB301, said, hint=hint, other=first.text)
    _check_similar(owners)
    _check_former(
        (draft, former.text, former, owners[former.text].text if former.text in owners else None)
        for draft in owners.values()
        for former in draft.previously
    )
    _check_pins(owners.values())


def agreed_categories(drafts: Iterable[CategoryDraft]) -> tuple[Category, ...]:
    """One category for each path. A parent may be repeated to hold children in another file; any other repetition is a fault."""
    by_path: dict[CategoryPath, list[CategoryDraft]] = {}
    for draft in drafts:
        by_path.setdefault(draft.path, []).append(draft)
    for same in by_path.values():
        _check_repeats(same)
    _check_former(
        (draft, path, former, by_path[path][0].title if path in by_path else None)
        for same in by_path.values()
        for draft in same
        for former in draft.previously
        for path in [(*draft.path[:-1], former.text)]
    )
    return tuple(_category(same) for same in by_path.values())


def _check_similar(owners: Mapping[str, QuestionDraft]) -> None:
    claimed: dict[str, tuple[QuestionDraft, TextAt]] = {}
    for draft in owners.values():
        for wording in draft.similar:
            owner = owners.get(wording.text)
            if owner is draft:
                wording.fault(Rule.KB303, message("the wording repeats its own question"), other=draft.text)
            elif owner is not None:
                said = message("the wording is a question of its own: {text}", text=shorten(wording.text))
                wording.fault(Rule.KB302, said, other=owner.text)
            elif wording.text not in claimed:
                claimed[wording.text] = draft, wording
            elif claimed[wording.text][0] is draft:
                wording.fault(Rule.KB303, message("the wording stands here twice"), other=claimed[wording.text][1])
            else:
                earlier, first = claimed[wording.text]
                said = message("the wording belongs to another question: {text}", text=shorten(earlier.text.text))
                wording.fault(Rule.KB302, said, other=first)


def _check_former(claims: Iterable[tuple[object, object, TextAt, TextAt | None]]) -> None:
    """Report former texts that are not former, or that two say were theirs. A claim: who, what, where, who has it now."""
    seen: dict[object, tuple[object, TextAt]] = {}
    for claimer, key, former, owner in claims:
        text = shorten(former.text)
        if owner is not None:
            said = message("{text} is still declared, so nothing was renamed from it", text=text)
            former.fault(Rule.KB305, said, hint=message("remove it here, or remove what still has it"), other=owner)
        elif key not in seen:
            seen[key] = claimer, former
        elif seen[key][0] is claimer:
            former.fault(Rule.KB303, message("the former text stands here twice"), other=seen[key][1])
        else:
            former.fault(Rule.KB306, message("two say that they were called {text}", text=text), other=seen[key][1])


def _check_pins(drafts: Iterable[QuestionDraft]) -> None:
    seen: dict[str, list[tuple[str | None, TextAt]]] = {}
    for draft in drafts:
        for pin in draft.pins:
            target = pin.target.text if pin.target else None
            others = seen.setdefault(pin.id.text, [])
            clash = next((id_ for other, id_ in others if target is None or other in (None, target)), None)
            if clash:
                pin.id.fault(Rule.KB304, message("two questions have the id {id}", id=shorten(pin.id.text)), other=clash)
            others.append((target, pin.id))


def _check_repeats(same: list[CategoryDraft]) -> None:
    for number, later in enumerate(same):
        clash = next((one for one in same[:number] if _clashes(one, later)), None)
        if clash:
            said = message("the category {path} is declared twice", path=shorten(show_path(later.path)))
            hint = message("declare it once; in another file it may be repeated with title and children alone")
            later.title.fault(Rule.KB307, said, hint=hint, other=clash.title)


def _clashes(one: CategoryDraft, other: CategoryDraft) -> bool:
    return one.title.source is other.title.source or not (one.holder or other.holder)


def _category(same: list[CategoryDraft]) -> Category:
    one = next((one for one in same if not one.holder), same[0])
    previously = tuple([former.text for former in one.previously])
    return Category(one.path, authoritative=one.authoritative, previously=previously, location=one.title.location)
