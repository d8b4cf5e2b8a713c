"""The four category commands (1229/68847, 269/116734, 269/116728, 269/116724). What they may not do is partly UNKNOWN."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from kbsync.sandbox.library import ALL, DELETED, PRESET, StoredCategory
from kbsync.sandbox.parameters import Parameters
from kbsync.sandbox.readings import Children, Verdict
from kbsync.sandbox.refusals import Code, Refusal
from kbsync.sandbox.scene import Scene
from kbsync.sandbox.wording import stored_title

__all__ = ["add_category", "delete_category", "describe_categories", "update_category"]

ECHO = 77524
"""The CategoryId that the sample of update_chitchat_category answers, whatever was asked (269/116728, EX)."""


def describe_categories(scene: Scene, _: Parameters) -> Mapping[str, object]:
    """desc_chitchat_category: every category at once (DOC); the order is UNKNOWN."""
    found = scene.library.categories(as_of=scene.seen_at)
    if scene.switches.newest_category_first:
        found.reverse()
    entries = [
        {"CategoryId": each.id, "ParentId": each.parent, "Title": each.title, "MenuType": each.menu, "Status": 1}
        for each in found
    ]
    return {"Total": str(len(entries)) if scene.switches.total_as_string else len(entries), "List": entries}


def add_category(scene: Scene, parameters: Parameters) -> Mapping[str, object]:
    """add_chitchat_category: answers the new CategoryId (DOC); two levels in the console, the API is UNKNOWN."""
    title = stored_title(parameters.text("Title"), scene)
    parent = parameters.optional_number("ParentId") or 0
    _check_parent(scene, parent)
    _check_title(scene, title, parent=parent)
    category = StoredCategory(scene.library.new_category(), parent, title)
    scene.library.put_category(category, now=scene.now)
    return {"CategoryId": category.id}


def update_category(scene: Scene, parameters: Parameters) -> Mapping[str, object]:
    """update_chitchat_category: another title and nothing else (DOC)."""
    category = _existing(scene, parameters.number("CategoryId"))
    title = stored_title(parameters.text("Title"), scene)
    if category.menu == ALL or (category.menu == PRESET and scene.switches.preset_rename is Verdict.REFUSE):
        raise Refusal(Code.PRESET)
    _check_title(scene, title, parent=category.parent, own=category.id)
    scene.library.put_category(replace(category, title=title), now=scene.now)
    return {"CategoryId": ECHO} if scene.switches.update_category_echo else {}


def delete_category(scene: Scene, parameters: Parameters) -> Mapping[str, object]:
    """del_chitchat_category: its questions go with it, presets cannot go (DOC); its children are UNKNOWN."""
    category = _existing(scene, parameters.number("CategoryId"))
    if category.menu in (ALL, PRESET):
        raise Refusal(Code.PRESET)
    below = _below(scene, category.id)
    if below and scene.switches.delete_children is Children.REFUSE:
        raise Refusal(Code.PARAMETERS, "the category has sub-categories")
    taken_along = below if scene.switches.delete_children is Children.CASCADE else []
    _remove(scene, [*taken_along, category.id])
    return {}


def _existing(scene: Scene, identifier: int) -> StoredCategory:
    category = scene.library.category(identifier)
    if category is None:
        raise scene.missing("CategoryId")
    return category


def _below(scene: Scene, parent: int) -> list[int]:
    children = [each.id for each in scene.library.categories() if each.parent == parent]
    return [identifier for child in children for identifier in (*_below(scene, child), child)]


def _remove(scene: Scene, identifiers: Sequence[int]) -> None:
    for question in scene.library.questions():
        if question.category in identifiers:
            scene.library.put_question(replace(question, status=DELETED), now=scene.now)
    for identifier in identifiers:
        scene.library.drop_category(identifier, now=scene.now)


def _check_parent(scene: Scene, identifier: int) -> None:
    if not identifier:
        return
    parent = _existing(scene, identifier)
    if parent.menu == ALL or (parent.menu == PRESET and scene.switches.preset_parent is Verdict.REFUSE):
        raise Refusal(Code.PRESET)
    if parent.parent and scene.switches.third_level is Verdict.REFUSE:
        raise Refusal(Code.PARAMETERS, "categories have two levels")


def _check_title(scene: Scene, title: str, *, parent: int, own: int = 0) -> None:
    if scene.switches.category_titles is Verdict.ALLOW:
        return
    if any(each.parent == parent and each.title == title and each.id != own for each in scene.library.categories()):
        raise Refusal(Code.PARAMETERS, "Title exists")
