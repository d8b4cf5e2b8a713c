"""A coverage report as JSON for other programs; fields are added, never renamed, within one ``format_version``."""

from dataclasses import asdict
from typing import Any

from kbsync.conversations.coverage import Coverage, LiveSource, Served, UnansweredQuestion
from kbsync.render.coverage_phrases import day
from kbsync.render.findings_json import json_text

__all__ = ["coverage_json"]


def coverage_json(coverage: Coverage) -> str:
    """Write a report; the moments in it are days, in UTC."""
    return json_text(
        {
            "format_version": "1.0",
            "sessions": coverage.sessions,
            "masked": coverage.masked,
            "threshold": coverage.threshold,
            "min_count": coverage.min_count,
            "robots": coverage.robots,
            "messages": asdict(coverage.tally),
            "gaps": [_gap(gap) for gap in coverage.gaps],
            "served": {
                "declared": coverage.served_declared,
                "rare": coverage.served_rare,
                "undeclared": [_served(served) for served in coverage.served],
            },
        }
    )


def _gap(gap: UnansweredQuestion) -> dict[str, Any]:
    return {
        "text": gap.text,
        "also": list(gap.wordings[1:]),
        "times": gap.times,
        "people": gap.people,
        "newest": day(gap.newest),
        "reply": gap.reply,
        "nearest": None if gap.nearest is None else asdict(gap.nearest),
        "live": None if gap.live is None else _source(gap.live),
    }


def _served(served: Served) -> dict[str, Any]:
    return {
        "text": served.text,
        "times": served.times,
        "newest": day(served.newest),
        "sources": [_source(source) for source in served.sources],
    }


def _source(source: LiveSource) -> dict[str, Any]:
    return {"question": source.question, "category": list(source.category), "preset": source.preset}
