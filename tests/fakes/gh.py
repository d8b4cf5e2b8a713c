"""A ``gh`` that keeps comments and issues in a JSON file instead of at GitHub; FAKE_GH names the file.

It knows ``gh api --method METHOD [--input -] PLACE``, pages of a hundred, and who wrote what; it notes every command line.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit


def main(arguments: list[str]) -> int:
    """Answer one call as GitHub would; 1 when it is told to refuse."""
    file = Path(os.environ["FAKE_GH"])
    state: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {"entries": [], "calls": []}
    state["calls"].append(arguments)
    if state.get("refuse"):
        sys.stderr.write("gh: Resource not accessible by integration (HTTP 403)\n")
        return 1
    assert arguments[:2] == ["api", "--method"]
    sent = json.load(sys.stdin) if "--input" in arguments else {}
    answer = _answer(arguments[2], urlsplit(arguments[-1]), sent, state["entries"])
    file.write_text(json.dumps(state), encoding="utf-8")
    sys.stdout.write(json.dumps(answer))
    return 0


def _answer(method: str, place: Any, sent: dict[str, Any], entries: list[dict[str, Any]]) -> Any:
    if method == "GET":
        query = dict(parse_qsl(place.query))
        size, page = int(query["per_page"]), int(query["page"])
        shown = [each for each in entries if each["place"] == place.path and each["state"] == "open"]
        return shown[size * (page - 1) : size * page]
    if method == "POST":
        number = len(entries) + 1
        entries.append({"id": number, "number": number, "place": place.path, "state": "open", "user": {"type": "Bot"}, **sent})
        return entries[-1]
    assert method == "PATCH"
    entry = next(each for each in entries if place.path.endswith(f"/{each['id']}"))
    entry.update(sent)
    return entry


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
