"""kbsync.yaml decoded to Settings. A key for a secret is as unknown as any other."""

import ipaddress
import re
from urllib.parse import urlsplit

from kbsync.diagnostics import Rule, Severity
from kbsync.files import schema
from kbsync.files.kinds import Record, TextAt, closest, read_record
from kbsync.files.nodes import Node
from kbsync.files.page import Page, shorten
from kbsync.messages import message
from kbsync.settings import Check, Driver, Policy, Settings, Target

NAME = re.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,62}")
"""A target's name goes into git refs and into the names of environment variables."""

ORIGIN = re.compile(r"https?://(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+)(?::[0-9]{1,5})?/?")


def read_settings(root: Node, page: Page) -> Settings | None:
    """The settings that a document says; None and faults where commands could not know which target they talk to."""
    record = read_record(root, page, schema.SETTINGS)
    if record is None:
        return None
    record.get(schema.SETTINGS_VERSION)
    targets = _targets(record)
    policy = record.get(schema.SETTINGS_POLICY)
    checks = _checks(record)
    default = _default_target(record, tuple(target.name for target in targets))
    return None if default is None else Settings(default, targets, Policy(**policy.values()) if policy else Policy(), checks)


def _default_target(record: Record, names: tuple[str, ...]) -> str | None:
    chosen = record.get(schema.SETTINGS_DEFAULT)
    known = message("known targets: {names}", names=", ".join(names))
    if chosen is None:
        if len(names) > 1 and not record.has(schema.SETTINGS_DEFAULT):
            said = message("with several targets, default_target must name one of them")
            record.page.fault(Rule.KB205, said, record.node, hint=known)
        return names[0] if len(names) == 1 else None
    if chosen.text in names:
        return chosen.text
    if names:
        said = message("no target is called {name}", name=shorten(chosen.text))
        chosen.fault(Rule.KB205, said, hint=closest(chosen.text, names) or known)
    return None


def _targets(record: Record) -> tuple[Target, ...]:
    found: dict[str, Target] = {}
    entries = record.get(schema.SETTINGS_TARGETS)
    if entries == ():
        node = record.nodes[schema.SETTINGS_TARGETS.name]
        record.page.fault(Rule.KB113, message("at least one target is needed"), node)
    for name, node in entries or ():
        _check_name(name, tuple(found))
        target = read_record(node, record.page, schema.TARGET)
        if target is not None:
            found[name.text] = _target(name.text, target)
    return tuple(found.values())


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
    # A driver that is no driver is told already; what it would have needed cannot be told.
    driver = found.pop("driver", None if record.has(schema.TARGET_DRIVER) else Driver.DESK)
    region, endpoint = found.pop("region", None), found.pop("endpoint", None)
    has_region, has_endpoint = record.has(schema.TARGET_REGION), record.has(schema.TARGET_ENDPOINT)
    if has_region and has_endpoint:
        said = message("region and endpoint both say where the service is")
        record.page.fault(Rule.KB203, said, record.nodes["endpoint"], hint=message("keep one of them"))
    elif driver is Driver.DESK and not has_region and not has_endpoint:
        said = message("nothing says where the service is")
        record.page.fault(Rule.KB203, said, record.node, hint=message("add region, or endpoint, or driver: sandbox"))
    if driver is Driver.DESK and not record.has(schema.TARGET_APP):
        record.missing(schema.TARGET_APP)
    if endpoint is not None:
        _check_endpoint(TextAt(endpoint, record.nodes["endpoint"], record.page))
    host = endpoint.rstrip("/") if endpoint else f"https://{region}" if region else ""
    return Target(name, driver or Driver.DESK, host, **found)


def _check_endpoint(endpoint: TextAt) -> None:
    if not ORIGIN.fullmatch(endpoint.text):
        if "@" in endpoint.text:
            endpoint.page.hide(endpoint.node)  # a password may stand before it
        endpoint.fault(Rule.KB202, message("an endpoint is https://host or https://host:port and nothing more"))
    elif not _usable(endpoint.text):
        endpoint.fault(Rule.KB202, message("the host or the port of the endpoint cannot be right"))
    elif endpoint.text.startswith("http:") and not _is_loopback(urlsplit(endpoint.text).hostname or ""):
        said = message("http:// is allowed for this machine only, because a call carries its signature")
        endpoint.fault(Rule.KB202, said, hint=message("write https://"))


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
        check = read_record(node, record.page, schema.CHECKS.get(name.text, schema.CHECK))
        if check is not None:
            options = check.values()
            severity = options.pop("severity", Severity.WARNING)
            found[name.text] = Check(None if severity == "off" else Severity(severity), options)
    return found
