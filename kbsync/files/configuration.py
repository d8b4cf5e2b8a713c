"""kbsync.yaml decoded to settings, with faults that show nothing of what may be a secret."""

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from kbsync.diagnostics import Diagnostic, Rule, Severity
from kbsync.display import shorten
from kbsync.files import schema
from kbsync.files.kinds import Record, TextAt, closest, read_record
from kbsync.files.parse import Node, Scalar
from kbsync.files.source import SourceFile
from kbsync.messages import Message, message
from kbsync.settings import Check, Driver, Policy, Settings, Target

NAME = re.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,62}")
"""A target's name: it becomes part of git refs and of the names of environment variables."""

ORIGIN = re.compile(r"https?://(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+)(?::[0-9]{1,5})?/?")


KNOWN = frozenset(schema.CHECKS).union(
    *(table.names for table in (schema.SETTINGS, schema.TARGET, schema.POLICY, *schema.CHECKS.values()))
)
"""The keys whose values are no secrets."""

WIDEST = 500
"""Characters beyond which a line is not worth showing, nor worth the time to judge it."""

COMMENT = re.compile(r"(?:^|(?<=\s))#.*")

KEY = re.compile(r"""(?<![\w./@:\[-]) (["']?) (?P<name>\w[\w-]*) \1 \s* (?: : (?!//|[0-9]) | = )""", re.VERBOSE)
"""A key, as far as a line alone shows that, also where the space behind it is missing or an equals sign is in its place."""

LOOKS = re.compile(r"[0-9a-fA-F]{32,} | e[AFJN] [\w*+/=-]{40,}", re.VERBOSE)
"""How the key of an application and a UserSig look, wherever they were pasted."""

DOUBTFUL = re.compile(
    rf"""
    secret | sig | pass | pwd | token | cred | auth | private | key(?![a-z]) | 密[钥码] | 签名 | 口令
    | :// [^\s"']* [?\#@%] | (?=[^\s:.]*[0-9]) [\w*+/=-]{{32,}} | {LOOKS.pattern}
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""What keeps a line from being shown: a word used for secrets, an address with more than a host, a text that looks like a key."""


def read_settings(root: Node, source: SourceFile) -> Settings | None:
    """The settings in a document; None, with faults, if no default target follows from it."""
    record = read_record(root, source, schema.SETTINGS)
    if record is None:
        return None
    record.get(schema.SETTINGS_VERSION)
    targets = _targets(record)
    policy = record.get(schema.SETTINGS_POLICY)
    checks = _checks(record)
    default = _default_target(record, tuple(target.name for target in targets))
    return None if default is None else Settings(default, targets, Policy(**policy.values()) if policy else Policy(), checks)


def redacted(source: SourceFile) -> tuple[Diagnostic, ...]:
    """The faults of the settings, safe to show: source lines are cut before a comment or the value of an unknown key.

    If the file is not YAML its structure is unknown, so each line is judged by itself and the lines above it.
    """
    faults = source.all_faults()
    lines = [source.line(number) for number in range(max((fault.location.line for fault in faults), default=0))]
    ends = _ends(lines)
    return tuple(_redacted(fault, lines[fault.location.line - 1], ends[fault.location.line - 1]) for fault in faults)


def _default_target(record: Record, names: tuple[str, ...]) -> str | None:
    chosen = record.get(schema.SETTINGS_DEFAULT)
    known = message("known targets: {names}", names=", ".join(names))
    if chosen is None:
        if len(names) > 1 and not record.has(schema.SETTINGS_DEFAULT):
            said = message("with several targets, default_target must name one of them")
            record.source.fault(Rule.KB205, said, record.node, hint=known)
        return names[0] if len(names) == 1 else None
    if chosen.text in names:
        return chosen.text
    if names:
        said = message("no target is called {name}", name=shorten(chosen.text))
        chosen.fault(Rule.KB205, said, hint=closest(chosen.text, names) or known)
    return None


def _targets(record: Record) -> tuple[Target, ...]:
    found: dict[str, Target] = {}
    applications: dict[tuple[str, int], TextAt] = {}
    entries = record.get(schema.SETTINGS_TARGETS)
    if entries == ():
        node = record.nodes[schema.SETTINGS_TARGETS.name]
        record.source.fault(Rule.KB113, message("at least one target is needed"), node)
    for name, node in entries or ():
        _check_name(name, tuple(found))
        target = read_record(node, record.source, schema.TARGET)
        if target is not None:
            found[name.text] = _target(name.text, target)
            _check_application(found[name.text], name, applications)
    return tuple(found.values())


def _check_application(target: Target, name: TextAt, applications: dict[tuple[str, int], TextAt]) -> None:
    """Report a second name for an application: plans and locks go by names, so that both would create everything."""
    if target.application is None:
        return
    first = applications.setdefault(target.application, name)
    if first is not name:
        address, sdkappid = target.application
        said = message(
            "{name} and {other} are one application: {address}, SDKAppID {app}",
            name=name.text,
            other=first.text,
            address=address,
            app=sdkappid,
        )
        hint = message("keep one of the two names: applied side by side, both would create everything")
        name.fault(Rule.KB207, said, hint=hint, other=first)


def _check_name(name: TextAt, others: tuple[str, ...]) -> None:
    if not NAME.fullmatch(name.text):
        said = message("{name} cannot be the name of a target", name=shorten(name.text))
        name.fault(Rule.KB204, said, hint=message("use letters, digits, - and _, at most 63"))
    for other in others:
        if _variable(other) == _variable(name.text):
            said = message("{name} and {other} would share their environment variables", name=name.text, other=other)
            name.fault(Rule.KB204, said, hint=message("choose names that differ in more than - and _ or capitals"))


def _variable(name: str) -> str:
    return name.upper().replace("-", "_")


def _target(name: str, record: Record) -> Target:
    found = record.values()
    # A driver that cannot be read was reported; which other keys it needs is unknown.
    driver = found.pop("driver", None if record.has(schema.TARGET_DRIVER) else Driver.DESK)
    region, endpoint = found.pop("region", None), found.pop("endpoint", None)
    has_region, has_endpoint = record.has(schema.TARGET_REGION), record.has(schema.TARGET_ENDPOINT)
    if has_region and has_endpoint:
        said = message("region and endpoint both say where the service is")
        record.source.fault(Rule.KB203, said, record.nodes["endpoint"], hint=message("keep one of them"))
    elif driver is Driver.DESK and not has_region and not has_endpoint:
        said = message("nothing says where the service is")
        record.source.fault(Rule.KB203, said, record.node, hint=message("add region, or endpoint, or driver: sandbox"))
    if driver is Driver.DESK and not record.has(schema.TARGET_APP):
        record.missing(schema.TARGET_APP)
    host = f"https://{region}" if region else ""
    if endpoint is not None:
        host = _origin(TextAt(endpoint, record.nodes["endpoint"], record.source))
    return Target(name, driver or Driver.DESK, host, **found)


def _origin(endpoint: TextAt) -> str:
    """An endpoint as it is called; empty where it may not be."""
    if not ORIGIN.fullmatch(endpoint.text):
        if "@" in endpoint.text:
            endpoint.source.hide(endpoint.node)  # a password may stand before it
        endpoint.fault(Rule.KB202, message("an endpoint is https://host or https://host:port and nothing more"))
    elif not _usable(endpoint.text):
        endpoint.fault(Rule.KB202, message("the host or the port of the endpoint cannot be right"))
    elif endpoint.text.startswith("http:") and not _is_loopback(urlsplit(endpoint.text).hostname or ""):
        said = message("http:// is allowed for this machine only, because a call carries its signature")
        endpoint.fault(Rule.KB202, said, hint=message("write https://"))
    else:
        return endpoint.text.rstrip("/")
    return ""


def _usable(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _checks(record: Record) -> dict[str, Check]:
    found: dict[str, Check] = {}
    for name, node in record.get(schema.SETTINGS_CHECKS) or ():
        if name.text not in schema.CHECKS:
            said = message("no check is called {name}", name=shorten(name.text))
            name.fault(Rule.KB206, said, hint=closest(name.text, schema.CHECKS))
        options: dict[str, Any] | None = None
        if type(node) is Scalar:
            severity = schema.CHECK_SEVERITY.type.read(node, record.source)
            options = None if severity is None else {"severity": severity}
        elif check := read_record(node, record.source, schema.CHECKS.get(name.text, schema.CHECK)):
            options = check.values()
        if options is not None:
            severity = options.pop("severity", Severity.WARNING)
            found[name.text] = Check(None if severity == "off" else Severity(severity), options)
    return found


def _redacted(fault: Diagnostic, line: str, end: int) -> Diagnostic:
    """A fault without what stands behind the shown part of its line, in its words either."""
    hidden = COMMENT.sub("", line[end:])
    shown = f"{line[:end]} …" if end and hidden.strip() else line[:end]
    beyond = fault.location.column > end + 1
    words = re.findall(r"\w{3,}", hidden) if beyond and fault.rule in (Rule.KB105, Rule.KB106, Rule.KB108) else []
    return replace(
        fault,
        source="" if beyond or not fault.source else shown,
        above="",
        message=_said(fault.message, words, keys=fault.rule in (Rule.KB104, Rule.KB111)),
        hint=fault.hint and _said(fault.hint, (), keys=False),
    )


def _said(said: Message, hidden: Sequence[str], *, keys: bool) -> Message:
    """A sentence without what looks like a secret, and without ``hidden`` words; of ``keys`` what stands before a colon."""

    def shown(value: str) -> str:
        for word in hidden:
            value = value.replace(word, "…")
        return LOOKS.sub("…", re.sub("[:=].+", "…", value) if keys else value)

    values = tuple((name, shown(value)) for name, value in said.values)
    return said if values == said.values else Message(said.template, values)


def _ends(lines: Sequence[str]) -> list[int]:
    """Up to where each line may be shown, 0 for one that may not.

    Below an unknown key whatever is not a key to its left belongs to its value, but for the names of targets: below these stand
    keys, and what is none is hidden.
    """
    ends: list[int] = []
    doubt: tuple[int, bool] | None = None
    names: int | None = None
    for line in lines:
        text = COMMENT.sub("", line).rstrip()
        indent = len(text) - len(text.lstrip())
        begins = KEY.match(text, indent)
        if text and not (doubt is None or (begins and (indent <= doubt[0] or doubt[1]))):
            ends.append(0)
            continue
        if begins and not indent:
            names = None
        elif names is None and text:
            names = indent
        end, doubt = _end(text, indent, named=indent == names) if text else (0, doubt)
        ends.append(end)
    return ends


def _end(text: str, indent: int, *, named: bool) -> tuple[int, tuple[int, bool] | None]:
    """The end of the part of a line that may be shown, and the doubt about the lines below it.

    The doubt is an indentation, and whether keys may be there; None if there is none.

    ``named``: a key in this column may be a free name.
    """
    if len(text) > WIDEST:
        return 0, (indent, False)
    end, doubt = len(text), None
    for key in KEY.finditer(text):
        rest = text[key.end() :].strip()
        if key["name"] in KNOWN or (named and rest.startswith("{")):
            continue
        end, doubt = key.end(), (indent, named and not rest)
        break
    return (0 if DOUBTFUL.search(text, 0, end) else end), doubt
