"""Orders to change one file, by the texts of its questions, and the files after them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from kbsync.files import load_tree
from kbsync.files.merging import Merged, merge_files
from kbsync.model import Question
from kbsync.plan import Edit, Field, Merge

__all__ = ["SETTINGS", "edited", "order", "questions"]

SETTINGS = {"kbsync.yaml": b"version: 1\ntargets: {sandbox: {driver: sandbox}}\n"}


def questions(files: Mapping[str, bytes]) -> dict[str, Question]:
    """What files declare, by text."""
    return {one.content.question: one for one in load_tree(files, shown_as="k", settings=False).knowledge.questions}


def order(files: Mapping[str, bytes], edits: Mapping[str, Mapping[str, Any]], **more: Any) -> Merge:
    """An order that gives questions other values; ``removed`` are texts, all else is as in ``Merge``."""
    found = questions(files)
    made = []
    for text, values in edits.items():
        location = found[text].location
        assert location is not None
        fields = tuple(field for field in Field if field.value in values)
        made.append(Edit(location, replace(found[text].content, **values), fields))
    places = [found[text].location for text in more.pop("removed", ())]
    return Merge(tuple(made), tuple(place for place in places if place is not None), **more)


def edited(files: Mapping[str, bytes], edits: Mapping[str, Mapping[str, Any]], **more: Any) -> Merged:
    """The files after such an order."""
    everything = {**SETTINGS, **files}
    return merge_files(everything, order(files, edits, **more), shown_as="k", target=None)
