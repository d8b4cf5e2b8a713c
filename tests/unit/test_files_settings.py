"""Settings: what kbsync.yaml says becomes values, what it cannot mean is told."""

import pytest

from kbsync.diagnostics import Severity
from kbsync.files import load_tree
from kbsync.files.configuration import read_settings
from kbsync.files.parse import documents
from kbsync.files.source import SourceFile
from kbsync.settings import FALLBACKS, REGIONS, Check, Drift, Driver, Pacing, Policy, Prune, Settings, Target

FULL = """\
version: 1
default_target: production
targets:
  sandbox: {driver: sandbox}
  production:
    region: singapore
    sdkappid: 1400000000
    identifier: robot-admin
    calls_per_second: 2.5
    pacing: strict
policy: {prune: disable, max_update_percent: 0, max_remove_percent: 100, floor: 0, drift: overwrite}
checks:
  near-duplicate: {severity: error, threshold: 0.9}
  placeholder: {words: [a, b]}
  long-answer: {severity: off, max: 16}
"""


def read(text: str) -> tuple[Settings | None, list[str]]:
    """Settings and the codes of the faults."""
    page = SourceFile("k/kbsync.yaml", "kbsync.yaml", text.encode())
    settings = read_settings(documents(page)[0], page)
    return settings, [f"{fault.location.line}:{fault.location.column} {fault.rule.name}" for fault in page.all_faults()]


def target(**keys: object) -> str:
    """Settings with one target."""
    return "version: 1\ntargets:\n  a: {" + ", ".join(f"{name}: {value}" for name, value in keys.items()) + "}\n"


def test_everything_that_settings_can_say_arrives() -> None:
    """Targets, policy and checks come out as written, a region as its host."""
    settings, faults = read(FULL)
    assert faults == []
    assert settings == Settings(
        "production",
        (
            Target("sandbox", Driver.SANDBOX),
            Target("production", Driver.DESK, "https://adminapisgp.im.qcloud.com", 1400000000, "robot-admin", 2.5, Pacing.STRICT),
        ),
        Policy(Prune.DISABLE, 0, 100, 0, Drift.OVERWRITE),
        {
            "near-duplicate": Check(Severity.ERROR, {"threshold": 0.9}),
            "placeholder": Check(options={"words": ("a", "b")}),
            "long-answer": Check(None, {"max": 16}),
        },
    )


@pytest.mark.parametrize(
    ("version", "fault"), [("1", None), ("0x1", None), ("2", "KB114"), ("-1", "KB114"), ("'1'", "KB112"), ("one", "KB112")]
)
def test_one_version_of_the_format_is_read(version: str, fault: str | None) -> None:
    """Any other number says which one this program reads."""
    _, faults = read(f"version: {version}\ntargets: {{a: {{driver: sandbox}}}}\n")
    assert faults == ([f"1:10 {fault}"] if fault else [])


def test_what_is_not_said_has_its_usual_value() -> None:
    """One target is the default target; everything else is as the values have it."""
    settings, faults = read(target(driver="sandbox"))
    assert (settings, faults) == (Settings("a", (Target("a", Driver.SANDBOX),)), [])


@pytest.mark.parametrize("region", REGIONS)
def test_each_region_has_its_host(region: str) -> None:
    """A region is resolved to https and the vendor's host."""
    settings, faults = read(target(region=region, sdkappid=1))
    assert settings is not None
    assert (settings.targets[0].endpoint, faults) == (f"https://{REGIONS[region]}", [])


@pytest.mark.parametrize(
    "endpoint", ["https://h.example", "https://h:8443/", "http://localhost:1", "http://127.9.9.9", "http://[::1]:80"]
)
def test_endpoints_may_be_safe_or_local(endpoint: str) -> None:
    """Protected ones may be anywhere, others on this machine; a final slash goes."""
    settings, faults = read(target(endpoint=f"'{endpoint}'", sdkappid=1))
    assert settings is not None
    assert (settings.targets[0].endpoint, faults) == (endpoint.rstrip("/"), [])


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://h.example",
        "http://10.0.0.1",
        "https://h/p",
        "https://h?q",
        "https://h#f",
        "https://u@h",
        "h",
        "https://",
        "https://h:0",
        "https://[:]",
        "https://h\\th",
    ],
)
def test_other_endpoints_are_refused(endpoint: str) -> None:
    """No path, query or user, no unprotected way over a network."""
    assert [fault[-5:] for fault in read(target(endpoint=f'"{endpoint}"', sdkappid=1))[1]] == ["KB202"]


def two(first: str, second: str) -> str:
    """Settings with two targets."""
    return f"version: 1\ndefault_target: a\ntargets:\n  a: {{{first}}}\n  b: {{{second}}}\n"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("region: singapore", "region: singapore"),
        ("region: singapore", "endpoint: 'https://adminapisgp.im.qcloud.com'"),
        ("endpoint: 'https://AdminApiSGP.im.qcloud.com/'", "region: singapore"),
        ("region: singapore", "endpoint: 'https://adminapisgp.im.qcloud.com:443'"),
        ("region: singapore", "endpoint: 'https://adminapisgp.im.qcloud.com.:0443/'"),
        ("region: china", "endpoint: 'https://adminapi.my-imcloud.com'"),
        ("endpoint: 'https://ADMINAPI.my-imcloud.com./'", "endpoint: 'https://console.tim.qq.com:443'"),
        ("endpoint: 'https://h.example'", "endpoint: 'https://H.EXAMPLE:443/', identifier: robot, calls_per_second: 1"),
        ("endpoint: 'http://localhost'", "endpoint: 'http://127.0.0.1:80/'"),
        ("endpoint: 'http://127.0.0.1:8080'", "endpoint: 'http://[0:0:0:0:0:0:0:1]:8080'"),
        ("endpoint: 'https://[2001:db8::0:1]'", "endpoint: 'https://[2001:DB8::1]:443'"),
        *((f"region: {region}", f"endpoint: 'https://{host}'") for host, region in FALLBACKS.items()),
    ],
)
def test_an_application_has_one_name(first: str, second: str) -> None:
    """However the endpoint is written, two targets with one SDKAppID there are one application: each would create everything."""
    settings, faults = read(two(f"{first}, sdkappid: 1", f"{second}, sdkappid: 1"))
    assert faults == ["5:3 KB207"]
    assert settings is not None
    assert len({target.application for target in settings.targets}) == 1


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("region: singapore, sdkappid: 1", "region: singapore, sdkappid: 2"),
        ("region: singapore, sdkappid: 1", "region: tokyo, sdkappid: 1"),
        ("endpoint: 'https://h.example', sdkappid: 1", "endpoint: 'https://h.example:8443', sdkappid: 1"),
        ("endpoint: 'http://localhost:1', sdkappid: 1", "endpoint: 'http://localhost:2', sdkappid: 1"),
        ("driver: sandbox", "driver: sandbox"),
        ("driver: sandbox, region: tokyo, sdkappid: 1", "region: tokyo, sdkappid: 1"),
    ],
)
def test_other_applications_may_be_named_beside_it(first: str, second: str) -> None:
    """Another SDKAppID, host or port is another application; each embedded service has a library of its own."""
    assert read(two(first, second))[1] == []


@pytest.mark.parametrize(
    ("first", "second", "codes"),
    [
        ("region: tokyo", "region: tokyo", ["KB113", "KB113"]),
        ("sdkappid: 1", "sdkappid: 1", ["KB203", "KB203"]),
        ("endpoint: 'https://u:p@h.example', sdkappid: 1", "endpoint: 'https://u:q@h.example', sdkappid: 1", ["KB202", "KB202"]),
        ("region: tokio, sdkappid: 1", "region: tokio, sdkappid: 1", ["KB114", "KB114"]),
    ],
)
def test_what_cannot_be_told_apart_for_other_faults_is_no_second_fault(first: str, second: str, codes: list[str]) -> None:
    """Where endpoint or SDKAppID is missing or wrong, that alone is told."""
    assert [fault[-5:] for fault in read(two(first, second))[1]] == codes


@pytest.mark.parametrize(
    ("keys", "codes"),
    [
        ({"calls_per_second": "5"}, []),
        ({"calls_per_second": "5.01"}, ["KB114"]),
        ({"calls_per_second": "0"}, ["KB114"]),
        ({"calls_per_second": "-1"}, ["KB114"]),
        ({"calls_per_second": ".inf"}, ["KB112"]),
        ({"calls_per_second": "'5'"}, ["KB112"]),
        ({"sdkappid": "0x10"}, []),
        ({"sdkappid": "0"}, ["KB114"]),
        ({"sdkappid": "'1'"}, ["KB112"]),
        ({"sdkappid": "1" * 30}, ["KB112"]),
        ({"region": "singapur"}, ["KB114"]),
        ({"driver": "[]"}, ["KB114"]),
        ({"driver": "sandbx"}, ["KB114"]),
        ({"identifier": "~"}, ["KB116"]),
    ],
)
def test_figures_and_words_have_their_bounds(keys: dict[str, object], codes: list[str]) -> None:
    """What is outside of the bounds is told once, with no follow-up faults."""
    usual: dict[str, object] = {"region": "tokyo", "sdkappid": 1}
    assert [fault[-5:] for fault in read(target(**usual | keys))[1]] == codes


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("version: 1\n", ["KB113"]),
        ("version: 2\ntargets: {a: {driver: sandbox}}\n", ["KB114"]),
        ("version: 1\ntargets: {}\n", ["KB113"]),
        ("version: 1\ntargets: []\ndefault_target: a\n", ["KB112"]),
        ("version: 1\ntargets: {a: }\n", ["KB112"]),
        ("version: 1\ntargets: {a: {driver: sandbox}, b: {driver: sandbox}}\n", ["KB205"]),
        ("version: 1\ntargets: {a: {driver: sandbox}, b: {driver: sandbox}}\ndefault_target: []\n", ["KB112"]),
        ("version: 1\ntargets: {a: {driver: sandbox}}\ndefault_target: ab\n", ["KB205"]),
        ("version: 1\ntargets: {a: {region: tokyo}, b: {driver: sandbx}}\n", ["KB113", "KB114", "KB205"]),
        ("- 1\n", ["KB112"]),
    ],
)
def test_without_a_default_target_there_are_no_settings(text: str, codes: list[str]) -> None:
    """Settings that do not say which application is meant are faulty; only a version alone can be wrong and leave some."""
    settings, faults = read(text)
    assert [fault[-5:] for fault in faults] == codes
    assert (settings is None) == ("version: 2" not in text)


def test_faulty_policy_and_checks_leave_the_usual_ones() -> None:
    """A fault in one part does not keep the others from being read."""
    text = (
        target(driver="sandbox")
        + "policy: none\n"
        + "checks: {placeholder: off, unsafe-markup: loud, zzz: {severity: loud, x: ~}, long-answer: {threshold: 1}, "
        + "near-duplicate: [1]}\n"
    )
    settings, faults = read(text)
    assert faults == ["4:9 KB112", "5:43 KB114", "5:49 KB206", "5:71 KB111", "5:65 KB114", "5:92 KB111", "5:123 KB112"]
    assert settings is not None
    assert settings.checks["placeholder"] == Check(None)
    assert "unsafe-markup" not in settings.checks
    assert settings.policy == Policy()


def test_settings_are_one_document() -> None:
    """A second document in kbsync.yaml is a fault; a file that is only comments has no settings; a broken one is told once."""
    good = target(driver="sandbox")
    found = [
        [fault.rule.name for fault in load_tree({"kbsync.yaml": text.encode()}, shown_as="k").diagnostics]
        for text in (good, f"{good}---\na: b\n", "# nothing\n", "]", "")
    ]
    assert found == [[], ["KB112"], ["KB201"], ["KB105"], ["KB201"]]
