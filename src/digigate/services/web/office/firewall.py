"""`/security/firewall`: limits, the white list on trial, and who is shut out now (§11.3.5)."""

from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web
from pydantic import ValidationError

from digigate.errors import SettingsError
from digigate.services.web.markup import Html, Part, button, element, joined, notice, single
from digigate.services.web.office.desk import Deed, Desk
from digigate.services.web.office.fields import name_of
from digigate.services.web.office.parts import hint, section, table, tick
from digigate.services.web.office.policy import SECURITY, security_tabs
from digigate.services.web.office.saving import entry, save
from digigate.services.web.office.sent import Misfilled, Sent
from digigate.services.web.plain import Talk
from digigate.settings.form import fields
from digigate.settings.sections import Firewall, FirewallRule

FIREWALL = f"{SECURITY}/firewall"
LIMITS, RULES = f"{FIREWALL}/limits", f"{FIREWALL}/rules"
CONFIRM, RELEASE = f"{FIREWALL}/confirm", f"{FIREWALL}/release"
LIMITED = {
    name_of(field): field
    for field in fields(Firewall, "firewall")
    if name_of(field) in {"kbits", "requests", "mirror_to_nftables"}
}
PARTS = ("mac", "ip", "protocol", "port")
ROWS_MAX, ROWS_SPARE = 10, 3
PROTOCOLS = ("*", "tcp", "udp")
Told = Mapping[str, Any]
Rule = Mapping[str, str]


async def firewall(desk: Desk) -> web.Response:
    """Limits and rules as they are, and what they do."""
    told = await desk.ask("firewall")
    return desk.page(
        desk.said("plain.page.security"),
        *_trial(desk, told["trial_seconds_left"]),
        _limits(desk, told["mirror"]),
        _rules(desk, told),
        _exclusions(desk, told),
        _counters(desk, told["services"]),
        tabs=security_tabs(desk, FIREWALL),
    )


def _trial(desk: Desk, left: float | None) -> list[Part]:
    if left is None:
        return []
    said = desk.said
    warning = notice(said("office.firewall.trial", seconds=round(left)), bad=True)
    form = desk.form(CONFIRM, button(said("office.firewall.confirm")))
    return [section(said("office.firewall.on_trial"), warning, form)]


def _limits(desk: Desk, mirror: Mapping[str, str]) -> Html:
    said = desk.said
    inputs = (entry(desk, LIMITS, field) for field in LIMITED.values())
    seconds = desk.settings.firewall.block_seconds
    return section(
        said("office.firewall.limits"),
        hint(said("office.firewall.limits.help", seconds=seconds)),
        *trouble(said, mirror),
        desk.form(LIMITS, *inputs, button(said("office.save"))),
    )


def trouble(said: Talk, mirror: Mapping[str, str]) -> list[Part]:
    """Why the mirror in the kernel does not run, where it should."""
    if mirror["state"] not in {"refused", "failed"}:
        return []
    reason = element("span", mirror["reason"], lang="en")
    return [notice(joined((said("office.firewall.mirror.trouble"), " ", reason)), bad=True)]


def _rules(desk: Desk, told: Told) -> Html:
    said = desk.said
    refused = desk.refused(RULES)
    typed = Sent(refused.typed) if refused else None
    rules = rows_of(typed) if typed else told["rules"]
    shown = [*rules, *([{}] * ROWS_SPARE)][: max(ROWS_MAX, len(rules))]
    rows = [_row(desk, number, rule) for number, rule in enumerate(shown)]
    outgoing = typed.ticked("outgoing") if typed else bool(told["outgoing"])
    inside: list[Part] = [
        table(["", *(said(f"office.firewall.{part}") for part in PARTS)], rows),
        tick(
            said("office.firewall.outgoing"),
            "outgoing",
            said("office.firewall.outgoing.help"),
            ticked=outgoing,
        ),
    ]
    if desk.fault(RULES, "confirm_lockout"):
        inside.append(tick(said("office.firewall.lockout.do"), "confirm_lockout"))
    inside.append(button(said("office.firewall.try")))
    return section(
        said("office.firewall.rules"),
        hint(said("office.firewall.rules.help", most=ROWS_MAX)),
        desk.form(RULES, *inside),
        name="rules",
    )


def _row(desk: Desk, number: int, rule: Rule) -> list[Part]:
    said, fault = desk.said, desk.fault(RULES, f"rule{number}")
    cells: list[Part] = [said("office.firewall.rule", number=number + 1)]
    for part in PARTS:
        name = f"{part}{number}"
        label = f"{said(f'office.firewall.{part}')} {number + 1}"
        value = rule.get(part, "")
        if part == "protocol":
            options = (
                element("option", each, value=each, selected=each == (value or "*"))
                for each in PROTOCOLS
            )
            cells.append(element("select", *options, name=name, aria_label=label))
            continue
        bad: dict[str, str | bool] = {"aria_invalid": "true"} if fault else {}
        cells.append(single("input", name=name, value=value, aria_label=label, **bad))
    if fault:
        words = element("strong", fault, class_="fault", role="alert", lang="en")
        cells[0] = joined((cells[0], element("br"), words))
    return cells


def _exclusions(desk: Desk, told: Told) -> Html:
    said = desk.said
    heads = [said(f"office.firewall.{key}") for key in ("client", "mac", "reason", "left")]
    rows = [
        [
            each["client"],
            each["mac"] or "–",
            element("span", each["reason"], lang="en"),
            f"{each['seconds_left']:.0f} s",
            desk.small(RELEASE, said("office.firewall.release"), client=each["client"]),
        ]
        for each in told["exclusions"]
    ]
    inside: list[Part] = [hint(said("office.firewall.excluded", count=told["excluded"]))]
    if rows:
        inside.append(table([*heads, said("office.actions")], rows))
    else:
        inside.append(element("p", said("office.firewall.nobody")))
    return section(said("office.firewall.exclusions"), *inside)


def _counters(desk: Desk, services: Mapping[str, Mapping[str, int]]) -> Html:
    said, kinds = desk.said, ("admitted", "unlisted", "refused")
    heads = [said(f"office.firewall.{key}") for key in ("service", *kinds)]
    rows: list[Sequence[Part]] = [
        [said.words.get(f"service.{name}", name), *(f"{tally[kind]}" for kind in kinds)]
        for name, tally in services.items()
    ]
    return section(said("office.firewall.counters"), table(heads, rows))


def rows_of(form: Sent) -> list[dict[str, str]]:
    """The rules of a sent form: a row in which nothing was written is none."""
    rules = []
    for number in range(len(form.texts)):
        rule = {part: form[f"{part}{number}"] for part in PARTS}
        if any(rule[part] for part in PARTS if part != "protocol"):
            rules.append({part: value or "*" for part, value in rule.items()})
    return rules


async def _set_limits(desk: Desk, form: Sent) -> None:
    await save(desk, form, Firewall, LIMITED)


async def _set_rules(desk: Desk, form: Sent) -> None:
    rules = rows_of(form)
    if faults := {f"rule{n}": why for n, rule in enumerate(rules) if (why := misfit(rule))}:
        raise Misfilled(desk.said("office.misfilled"), faults)
    wanted: dict[str, object] = {"rules": rules, "outgoing": form.ticked("outgoing")}
    if form.ticked("confirm_lockout"):
        wanted["confirm_lockout"] = True
    try:
        await desk.ask("firewall.rules", **wanted)
    except SettingsError as error:
        if "confirm_lockout" not in str(error):
            raise
        why = desk.said("office.firewall.lockout", client=desk.client)
        raise Misfilled(why, {"confirm_lockout": why}) from error


def misfit(rule: Rule) -> str:
    """What is wrong with a rule; nothing for a good one."""
    try:
        FirewallRule.model_validate(rule)
    except ValidationError as error:
        return "; ".join(fault["msg"].removeprefix("Value error, ") for fault in error.errors())
    return ""


async def _confirm(desk: Desk, _: Sent) -> None:
    await desk.ask("firewall.confirm")


async def _release(desk: Desk, form: Sent) -> None:
    await desk.ask("firewall.release", client=form["client"])


DEEDS = (
    Deed(LIMITS, _set_limits, firewall, "saved", FIREWALL),
    Deed(RULES, _set_rules, firewall, "trial", FIREWALL),
    Deed(CONFIRM, _confirm, firewall, "confirmed", FIREWALL),
    Deed(RELEASE, _release, firewall, "released", FIREWALL),
)
