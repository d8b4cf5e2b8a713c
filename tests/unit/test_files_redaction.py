"""What a finding in the settings shows of the file: enough to find the fault, and nothing that may be a secret."""

import json

import pytest

from kbsync.files import load_tree
from kbsync.render.findings import diagnostics_github, diagnostics_json, diagnostics_junit, diagnostics_sarif, diagnostics_text
from kbsync.render.words import RenderOptions

HUSH = "hunter2"
LONG = "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e"
USERSIG = "eJyrVgrxCdYrSy1SslJQMtIzUNJRAItkpqTmlWSmZUIkElNyM*MgssUp2YkFBZkpQAkLKIDKpFYUZBalAsUNTU1NjQwMDKDiJZm5YFFzY1M_"

HEAD = "version: 1\ntargets:\n  production:\n    region: singapore\n    sdkappid: 1\n"
FLOW = "version: 1\ntargets:\n  production: {{region: singapore, sdkappid: 1, {}}}\n"

LEAKS = {
    "a key": f"{HEAD}    key: {HUSH}\n",
    "a key in capitals": f"{HEAD}    API_KEY: {HUSH}\n",
    "a key in Chinese": f"{HEAD}    密钥: {HUSH}\n",
    "any unknown key": f"{HEAD}    kennwort: {HUSH}\n",
    "a quoted key": f"{HEAD}    'kennwort': {HUSH}\n",
    "a key without a space": FLOW.format(f"kennwort:{HUSH}"),
    "a secret without a space": FLOW.format(f"secret:{HUSH}"),
    "a secret without a space, twice": FLOW.format(f"secret:{HUSH}, secret:{HUSH}"),
    "a line of an environment": f"{HEAD}    KBSYNC_SECRET_KEY={HUSH}\n",
    "a line of an environment in a map": FLOW.format(f"KENNWORT={HUSH}"),
    "beside a fault": FLOW.format(f"key: {HUSH}, pacing: stedy"),
    "behind a fault": FLOW.format(f"pacing: stedy, kennwort: {HUSH}"),
    "an unclosed quote": f'{HEAD}    key: "{HUSH}\n',
    "an unclosed quote of any key": f'{HEAD}    kennwort: "{HUSH}\n    pacing: strict\n',
    "an unclosed quote before others": f'version: 1\ntargets:\n  production:\n    secret: "{HUSH}\n    region: "singapore"\n',
    "an unclosed quote in a map": FLOW.format(f"kennwort: '{HUSH}"),
    "a quote that is closed too early": f"{HEAD}    kennwort: 'a'{HUSH}'\n",
    "an unclosed bracket": f"{HEAD}    keys: [{HUSH}\n    pacing: strict\n",
    "a value on its own line": f"{HEAD}    kennwort:\n      {HUSH}: @\n",
    "a value on its own line, alone": f"{HEAD}    kennwort:\n      @{HUSH}\n",
    "a list": f"{HEAD}    kennwort:\n    - @{HUSH}\n",
    "a block": f"{HEAD}    kennwort: |\n      a\n     {HUSH}: @\n",
    "a block that is not indented": f"{HEAD}    kennwort: >\n{HUSH}\n    pacing: strict\n",
    "an invisible character": f"{HEAD}    kennwort: {HUSH}\x07\n",
    "a byte that is no text": f"{HEAD}    kennwort: {HUSH}\xff\n",
    "an alias": f"{HEAD}    secret: *{HUSH}\n",
    "a tag": f"{HEAD}    kennwort: !{HUSH} x\n",
    "a line that is no line": f"{HEAD}    pacing: {HUSH} {'a' * 200_000}\n",
    "a comment": f"version: 1\ntargets:\n  production: {{region: singapor, sdkappid: 1}} # was {HUSH}\n",
    "a comment alone": f"# {HUSH}\x07\n{HEAD}",
    "an address": FLOW.replace("region: singapore", f"endpoint: 'https://example.com/?usersig={HUSH}'").format("pacing: strict"),
    "an address with another word": FLOW.replace("region: singapore", f"endpoint: 'https://h/?a={HUSH}'").format(
        "pacing: strict"
    ),
    "an address with a password": FLOW.replace("region: singapore", f"endpoint: 'https://a:{HUSH}@h'").format("pacing: strict"),
    "an address without its beginning": FLOW.replace("region: singapore", f"endpoint: 'a:{HUSH}@h'").format("pacing: strict"),
    "an address behind its end": FLOW.replace("region: singapore", f"endpoint: 'https://h#{HUSH}'").format("pacing: strict"),
}
"""Settings with a fault, and a word in them that nobody may see."""

PASTED = {
    "as a target": "version: 1\ndefault_target: {}\ntargets:\n  production: {{region: singapore, sdkappid: 1}}\n",
    "as a value": f"{HEAD}    pacing: {{}}\n",
    "as an address": "version: 1\ntargets:\n  production: {{endpoint: 'https://h/{}', sdkappid: 1}}\n",
    "as a key": FLOW.format("{}: 1").replace("production: {", "production: {{").replace("}\n", "}}\n"),
    "on a line of its own": f"{HEAD}    {{}}\n",
}
"""Settings with a secret in the wrong place, known by its looks alone."""


def told(text: str) -> str:
    """The findings of settings in every format there is, one after the other."""
    found = load_tree({"kbsync.yaml": text.encode("latin-1" if "\xff" in text else "utf-8")}, shown_as="k").diagnostics
    assert found
    drawn = [
        diagnostics_text(found, RenderOptions(width=width, language=language)) for width in (80, 200) for language in ("en", "zh")
    ]
    return "\n".join(
        [*drawn, diagnostics_github(found), diagnostics_json(found), diagnostics_junit(found), diagnostics_sarif(found)]
    )


@pytest.mark.parametrize("text", LEAKS.values(), ids=LEAKS)
def test_no_finding_in_the_settings_shows_what_may_be_a_secret(text: str) -> None:
    """Values of keys that are not ours, comments and the further parts of an address stay out of every format."""
    assert HUSH not in told(text)


@pytest.mark.parametrize("text", PASTED.values(), ids=PASTED)
@pytest.mark.parametrize("secret", [LONG, USERSIG], ids=["key", "signature"])
def test_what_looks_like_a_secret_is_shown_nowhere(text: str, secret: str) -> None:
    """A key of an application or a signature is known by its looks, wherever in the settings it was pasted."""
    assert secret[:16] not in told(text.format(secret))


def test_the_harmless_part_of_a_line_is_still_shown() -> None:
    """A slip of the pen in our own keys and words is shown with its line; an unknown key without its value."""
    found = load_tree(
        {"kbsync.yaml": f"{HEAD}    pacing: stedy # soon\n    identifer: admin\n".encode()}, shown_as="k"
    ).diagnostics
    assert [one.source for one in found] == ["    pacing: stedy", "    identifer: …"]
    results = json.loads(diagnostics_sarif(found))["runs"][0]["results"]
    regions = [result["locations"][0]["physicalLocation"]["region"] for result in results]
    assert [region["snippet"]["text"] for region in regions] == ["    pacing: stedy", "    identifer: …"]


def test_knowledge_is_shown_as_it_is() -> None:
    """Answers are what customers read: a line about a key or a password is no secret, the value of a secret's key still is."""
    text = f"questions:\n- question: Lost my key?\n  anwser: 'My password: none' # yes\n  secret:{HUSH}: x\n  key: y\n".encode()
    found = load_tree({"kbsync.yaml": HEAD.encode(), "a.yaml": text}, shown_as="k").diagnostics
    assert [one.source for one in found if "anwser" in str(one.message)] == ["  anwser: 'My password: none' # yes"]
    assert HUSH not in diagnostics_text(found) + diagnostics_sarif(found)
