# ruff: noqa: INP001 - a program of its own, in no package
"""Keeps one comment of a merge request up to date: found again by its first line and its author, and changed in place.

Written by kbsync init. Speaks to GitLab's API with the token in KBSYNC_GITLAB_TOKEN; Python's own library does.
"""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

LONGEST = 900_000
"""Characters; GitLab refuses a comment above a million."""


def main(environ: Mapping[str, str], file: str) -> int:
    """Change the comment or make it. 0, or 1 where GitLab refused, in its own words."""
    body = Path(file).read_text(encoding="utf-8", errors="replace")[:LONGEST]
    merge_request = f"projects/{environ['CI_MERGE_REQUEST_PROJECT_ID']}/merge_requests/{environ['CI_MERGE_REQUEST_IID']}"
    notes = f"{merge_request}/notes"
    try:
        mine = found(environ, notes, body.partition("\n")[0])
        call(environ, "PUT" if mine else "POST", f"{notes}/{mine}" if mine else notes, {"body": body})
    except HTTPError as refused:
        words = refused.read(500).decode("utf-8", "replace")
        sys.stderr.write(
            f"GitLab refused {refused.code}: {words}\nKBSYNC_GITLAB_TOKEN needs the scope api and the role Reporter.\n"
        )
        return 1
    return 0


def found(environ: Mapping[str, str], notes: str, mark: str) -> int | None:
    """The number of the oldest comment that is ours: anybody could put the mark into a text of their own."""
    me, page = call(environ, "GET", "user")["id"], 1
    while entries := call(environ, "GET", f"{notes}?sort=asc&order_by=created_at&per_page=100&page={page}"):
        for entry in entries:
            if entry["author"]["id"] == me and entry["body"].startswith(mark):
                return int(entry["id"])
        page += 1
    return None


def call(environ: Mapping[str, str], method: str, place: str, fields: Mapping[str, str] | None = None) -> Any:
    """One call of the API; raises HTTPError where it is refused."""
    request = Request(  # noqa: S310 - GitLab's own address
        f"{environ['CI_API_V4_URL']}/{place}",
        method=method,
        data=None if fields is None else json.dumps(fields).encode(),
        headers={"PRIVATE-TOKEN": environ["KBSYNC_GITLAB_TOKEN"], "Content-Type": "application/json"},
    )
    with urlopen(request, timeout=60) as answer:  # noqa: S310
        return json.load(answer)


if __name__ == "__main__":
    sys.exit(main(os.environ, sys.argv[1]))
