"""Whether the files agree with each other: no text, id or category claimed by two.

Each fault names both places. What is wrong in one place alone has been said before.
"""

from collections.abc import Iterable, Iterator

from kbsync.diagnostics import Related, Rule
from kbsync.files.documents import Declaration, Draft
from kbsync.files.kinds import Spot
from kbsync.files.nodes import Node
from kbsync.files.page import Page, shorten
from kbsync.messages import Message, message
from kbsync.model import Category, CategoryPath, show_path

__all__ = ["agreed_categories", "check_drafts"]

Place = tuple[Page, Node]


def check_drafts(drafts: Iterable[Draft]) -> None:
    """Report questions that claim one text or one id; a second question with one text is not looked at further."""
    owners: dict[str, Draft] = {}
    unique: list[Draft] = []
    for draft in drafts:
        first = owners.setdefault(draft.spot[0], draft)
        if first is draft:
            unique.append(draft)
        else:
            hint = message("keep one of them; other wordings belong under similar")
            said = message("the question is declared twice: {text}", text=shorten(draft.spot[0]))
            _report(Rule.KB301, said, (draft.page, draft.spot[1]), (first.page, first.spot[1]), hint=hint)
    _check_similar(unique, owners)
    _check_previous(unique, owners)
    _check_pins(unique)


def _check_similar(drafts: list[Draft], owners: dict[str, Draft]) -> None:
    claimed: dict[str, tuple[Draft, Node]] = {}
    for draft in drafts:
        own = draft.spot[0]
        for text, node in draft.similar:
            owner = owners.get(text)
            if owner is not None:
                place = (owner.page, owner.spot[1])
                if text == own:
                    _report(Rule.KB303, message("the wording repeats its own question"), (draft.page, node), place)
                else:
                    _report(
                        Rule.KB302,
                        message("the wording is a question of its own: {text}", text=shorten(text)),
                        (draft.page, node),
                        place,
                    )
                continue
            if text not in claimed:
                claimed[text] = draft, node
                continue
            earlier, first = claimed[text]
            if earlier is draft:
                _report(Rule.KB303, message("the wording stands here twice"), (draft.page, node), (draft.page, first))
            else:
                said = message("the wording belongs to another question: {text}", text=shorten(earlier.spot[0]))
                _report(Rule.KB302, said, (draft.page, node), (earlier.page, first))


def _check_previous(drafts: list[Draft], owners: dict[str, Draft]) -> None:
    def claims() -> Iterator[tuple[Place, Spot, Place | None]]:
        for draft in drafts:
            for spot in draft.previously:
                owner = owners.get(spot[0])
                yield (draft.page, draft.spot[1]), spot, (owner.page, owner.spot[1]) if owner else None

    _check_claims(((claimer, spot[0], spot, owner) for claimer, spot, owner in claims()))


def _check_claims(claims: Iterable[tuple[Place, object, Spot, Place | None]]) -> None:
    """Report former texts that are not former, or that two say were theirs. A claim: who, what, where, who has it now."""
    seen: dict[object, tuple[Place, Node]] = {}
    for claimer, key, (text, node), owner in claims:
        place = (claimer[0], node)
        if owner is not None:
            hint = message("remove it here, or remove what still has it")
            said = message("{text} is still declared, so nothing was renamed from it", text=shorten(text))
            _report(Rule.KB305, said, place, owner, hint=hint)
            continue
        if key not in seen:
            seen[key] = claimer, node
            continue
        earlier, first = seen[key]
        if earlier == claimer:
            _report(Rule.KB303, message("the former text stands here twice"), place, (earlier[0], first))
        else:
            said = message("two say that they were called {text}", text=shorten(text))
            _report(Rule.KB306, said, place, (earlier[0], first))


def _check_pins(drafts: list[Draft]) -> None:
    seen: dict[str, list[tuple[str | None, Place]]] = {}
    for draft in drafts:
        for pin in draft.pins:
            others = seen.setdefault(pin.id, [])
            place = (draft.page, pin.node)
            clash = next((other for target, other in others if pin.target is None or target in (None, pin.target)), None)
            if clash:
                _report(Rule.KB304, message("two questions have the id {id}", id=shorten(pin.id)), place, clash)
            others.append((pin.target, place))


def agreed_categories(declarations: Iterable[Declaration]) -> tuple[Category, ...]:
    """One category for each path. A parent may be repeated to hold children in another file; any other repetition is a fault."""
    by_path: dict[CategoryPath, list[Declaration]] = {}
    for declaration in declarations:
        by_path.setdefault(declaration.path, []).append(declaration)
    for same in by_path.values():
        _check_repeats(same)
    _check_claims(
        (
            (one.page, one.node),
            (*one.path[:-1], text),
            (text, node),
            (now[0].page, now[0].node) if (now := by_path.get((*one.path[:-1], text))) else None,
        )
        for same in by_path.values()
        for one in same
        for text, node in one.previously
    )
    return tuple(_category(same) for same in by_path.values())


def _check_repeats(same: list[Declaration]) -> None:
    for number, later in enumerate(same[1:], 1):
        clash = next(
            (one for one in same[:number] if one.page is later.page or not (one.holder or later.holder)),
            None,
        )
        if clash:
            said = message("the category {path} is declared twice", path=shorten(show_path(later.path)))
            hint = message("declare it once; in another file it may be repeated with title and children alone")
            _report(Rule.KB307, said, (later.page, later.node), (clash.page, clash.node), hint=hint)


def _category(same: list[Declaration]) -> Category:
    one = next((one for one in same if not one.holder), same[0])
    previously = tuple([text for text, _ in one.previously])
    return Category(one.path, authoritative=one.authoritative, previously=previously, location=one.page.location(one.node))


def _report(rule: Rule, said: Message, place: Place, first: Place, *, hint: Message | None = None) -> None:
    page, node = place
    page.fault(rule, said, node, hint=hint, related=(Related(first[0].location(first[1]), message("the other one")),))
