"""The fixed words of the HTML report, all in one place so that its template holds none.

Words that other formats use too stand in ``phrases``.
"""

from collections.abc import Mapping

from kbsync.render.words import Words

__all__ = ["labels"]


def labels(words: Words) -> Mapping[str, str]:
    """Every label by the name under which the template asks for it."""
    return {
        "all_categories": words("All categories"),
        "all_causes": words("All causes"),
        "all_kinds": words("All kinds"),
        "by_category": words("Category"),
        "by_cause": words("Cause"),
        "by_kind": words("Kind of change"),
        "by_text": words("Find text"),
        "changes": words("Changes"),
        "show_all": words("Show all"),
        "customer": words("Customer"),
        "filter": words("Filter"),
        "links": words("Links"),
        "image": words("image not loaded:"),
        "notices": words("Notices"),
        "none_shown": words("No change matches the filter."),
        "record": words("About this page"),
        "robot": words("Chatbot"),
        "shown": words("shown"),
        "similar": words("Similar questions"),
        "skip": words("Skip to the changes"),
        "source": words("Source of the answer, with marks"),
        "summary": words("Summary"),
    }
