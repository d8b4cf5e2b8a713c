"""kbsync.yaml to Settings. Secrets are not looked for here: a key for one is as unknown as any other."""

import ipaddress
import re
from collections.abc import Collection
from urllib.parse import urlsplit

from kbsync.diagnostics import Rule, Severity
from kbsync.files import tables
from kbsync.files.kinds import Spot, closest
from kbsync.files.nodes import Node
from kbsync.files.page import Page, shorten
from kbsync.files.records import Record, Table, read_record
from kbsync.messages import message
from kbsync.settings import Check, Driver, Pacing, Policy, Settings, Target

__all__ = ["CONTENT_CHECKS", "read_settings"]

CONTENT_CHECKS = tuple(rule.value for rule in Rule if rule.name.startswith("KB4"))
"""The names that ``checks`` may hold."""

NAME = re.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,62}")
"""A target's name goes into git refs and into the names of environment variables."""

ORIGIN = re.compile(r"https?://(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+)(?::[0-9]{1,5})?/?")


def read_settings(root: Node, page: Page, *, checks: Collection[str] = CONTENT_CHECKS) -> Settings | None:
    """The settings that a document says; None and faults where commands could not know which target they talk to."""
    record = read_record(root, page, tables.SETTINGS)
    if record is None:
        return None
    record.get(tables.SETTINGS_VERSION)
    targets = _targets(record)
    policy = _policy(record)
    chosen = _checks(record, checks)
    default = _default_target(record, tuple(target.name for target in targets))
    return None if default is None else Settings(default, targets, policy, chosen)


def _default_target(record: Record, names: tuple[str, ...]) -> str | None:
    spot = record.get(tables.SETTINGS_DEFAULT)
    known = message("known targets: {names}", names=", ".join(names))
    if spot is None:
        if len(names) > 1 and not record.has(tables.SETTINGS_DEFAULT):
            said = message("with several targets, default_target must name one of them")
            record.page.fault(Rule.KB205, said, record.node, hint=known)
        return names[0] if len(names) == 1 else None
    if spot[0] in names:
        return spot[0]
    if names:
        record.page.fault(
            Rule.KB205,
            message("no target is called {name}", name=shorten(spot[0])),
            spot[1],
            hint=closest(spot[0], names) or known,
        )
    return None


def _targets(record: Record) -> tuple[Target, ...]:
    found: dict[str, Target] = {}
    page = record.page
    entries = record.get(tables.SETTINGS_TARGETS)
    if entries == ():
        page.fault(Rule.KB113, message("at least one target is needed"), record.nodes[tables.SETTINGS_TARGETS.name])
    for spot, node in entries or ():
        _check_name(spot, tuple(found), page)
        target = read_record(node, page, tables.TARGET)
        if target is not None:
            found[spot[0]] = _target(spot[0], target)
    return tuple(found.values())


def _check_name(spot: Spot, others: tuple[str, ...], page: Page) -> None:
    name, node = spot
    if not NAME.fullmatch(name):
        said = message("{name} cannot be the name of a target", name=shorten(name))
        page.fault(Rule.KB204, said, node, hint=message("use letters, digits, - and _, at most 63"))
    for other in others:
        if _variable(other) == _variable(name):
            said = message("{name} and {other} would share their environment variables", name=name, other=other)
            page.fault(Rule.KB204, said, node, hint=message("choose names that differ in more than - and _ or capitals"))


def _variable(name: str) -> str:
    return name.upper().replace("-", "_")


def _target(name: str, record: Record) -> Target:
    driver = record.get(tables.TARGET_DRIVER) if record.has(tables.TARGET_DRIVER) else Driver.DESK
    endpoint = _endpoint(record, driver)
    if driver is Driver.DESK and not record.has(tables.TARGET_APP):
        record.page.fault(Rule.KB113, message("the key {key} is missing", key=tables.TARGET_APP.name), record.node)
    identifier = record.get(tables.TARGET_IDENTIFIER)
    return Target(
        name,
        driver or Driver.DESK,
        endpoint,
        record.get(tables.TARGET_APP) or 0,
        identifier[0] if identifier else "administrator",
        record.get(tables.TARGET_RATE) or 5.0,
        record.get(tables.TARGET_PACING) or Pacing.STEADY,
    )


def _endpoint(record: Record, driver: Driver | None) -> str:
    host = record.get(tables.TARGET_REGION)
    spot = record.get(tables.TARGET_ENDPOINT)
    has_region, has_endpoint = record.has(tables.TARGET_REGION), record.has(tables.TARGET_ENDPOINT)
    if has_region and has_endpoint:
        said = message("region and endpoint both say where the service is")
        record.page.fault(Rule.KB203, said, record.nodes[tables.TARGET_ENDPOINT.name], hint=message("keep one of them"))
    elif driver is Driver.DESK and not has_region and not has_endpoint:
        said = message("nothing says where the service is")
        record.page.fault(Rule.KB203, said, record.node, hint=message("add region, or endpoint, or driver: sandbox"))
    if spot is not None:
        return _origin(spot, record.page)
    return f"https://{host}" if host else ""


def _origin(spot: Spot, page: Page) -> str:
    text, node = spot
    if not ORIGIN.fullmatch(text):
        if "@" in text:
            page.hide(node)  # a password may stand before it
        said = message("an endpoint is https://host or https://host:port and nothing more")
        page.fault(Rule.KB202, said, node)
    elif not _usable(text):
        said = message("the host or the port of the endpoint cannot be right")
        page.fault(Rule.KB202, said, node)
    elif text.startswith("http:") and not _is_loopback(urlsplit(text).hostname or ""):
        said = message("http:// is allowed for this machine only, because a call carries its signature")
        page.fault(Rule.KB202, said, node, hint=message("write https://"))
    return text.rstrip("/")


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


def _policy(record: Record) -> Policy:
    node = record.get(tables.SETTINGS_POLICY)
    policy = read_record(node, record.page, tables.POLICY) if node is not None else None
    if policy is None:
        return Policy()
    usual = Policy()
    figures = [policy.get(field) for field in (tables.POLICY_UPDATE, tables.POLICY_REMOVE, tables.POLICY_FLOOR)]
    update, remove, floor = figures
    return Policy(
        policy.get(tables.POLICY_PRUNE) or usual.prune,
        usual.max_update_percent if update is None else update,
        usual.max_remove_percent if remove is None else remove,
        usual.floor if floor is None else floor,
    )


def _checks(record: Record, known: Collection[str]) -> dict[str, Check]:
    found: dict[str, Check] = {}
    for (slug, key), node in record.get(tables.SETTINGS_CHECKS) or ():
        if slug not in known:
            record.page.fault(
                Rule.KB206, message("no check is called {name}", name=shorten(slug)), key, hint=closest(slug, known)
            )
        check = read_record(node, record.page, _check_table(slug))
        if check is not None:
            severity = check.get(tables.CHECK_SEVERITY) or Severity.WARNING
            found[slug] = Check(None if severity == "off" else Severity(severity), _options(check))
    return found


def _check_table(slug: str) -> Table:
    return next((table for rule, table in tables.CHECKS.items() if rule.value == slug), tables.CHECK)


def _options(check: Record) -> dict[str, float | int | str | tuple[str, ...]]:
    threshold, largest, words = (check.get(tables.CHECK_THRESHOLD), check.get(tables.CHECK_MAX), check.get(tables.CHECK_WORDS))
    options: dict[str, float | int | str | tuple[str, ...]] = {}
    if threshold is not None:
        options["threshold"] = threshold
    if largest is not None:
        options["max"] = largest
    if words is not None:
        options["words"] = tuple(text for text, _ in words)
    return options
