"""`/protocols`: the field protocols (§11.2.2); SNMP with all that Annexe I-6 sets."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from digigate.services.web.markup import Html, Part, button, element, joined, notice
from digigate.services.web.office.desk import Deed, Desk
from digigate.services.web.office.fields import name_of
from digigate.services.web.office.parts import badge, facts, hint, section, table, tabs
from digigate.services.web.office.saving import entry, save
from digigate.services.web.office.sent import Sent
from digigate.settings.form import FormField, fields
from digigate.settings.profiles import Profile
from digigate.settings.sections import Snmp, SnmpTraps

PROTOCOLS = "/protocols"
AGENT, TRAPS, TEST = f"{PROTOCOLS}/snmp", f"{PROTOCOLS}/snmp/traps", f"{PROTOCOLS}/snmp/test"
TABS = ((PROTOCOLS, "office.tab.field"),)
AGENT_GROUPS: Mapping[str, tuple[str, ...]] = {
    "agent": ("host", "port", "message_max", "contact", "location", "authen_traps"),
    "v1": ("v1", "v1_read", "v1_write"),
    "v2c": ("v2c", "v2_read", "v2_write"),
    "v3": (
        "v3", "v3_auth", "v3_privacy", "v3_read_user", "v3_read_password", "v3_write_user",
        "v3_write_password",
    ),
}  # fmt: skip
TRAP_GROUPS: Mapping[str, tuple[str, ...]] = {
    "whom": ("mode", "host_1", "port_1", "host_2", "port_2"),
    "how": ("version", "inform", "community", "minutes"),
}
IN_TRAPS = "snmp.traps."
INPUTS = {name_of(f): f for f in fields(Snmp, "snmp") if not f.path.startswith(IN_TRAPS)}
TRAP_INPUTS = {name_of(f): f for f in fields(SnmpTraps, "snmp.traps")}
OUTCOMES = ("sent", "acknowledged", "lost", "dropped", "waiting")
GOOD = frozenset(("sent", "acknowledged"))
KINDS = {"ready": "ok", "failed": "grave", "refused": "grave"}
MIB = "/mibs/SOCOMEC-DIRIS-PRODUCTS-MIB.txt"
Told = Mapping[str, Any]


async def protocols(desk: Desk) -> web.Response:
    """How SNMP is, its settings, and whether notifications arrive."""
    said = desk.said
    told = await desk.ask("snmp")
    return desk.page(
        said("plain.page.protocols"),
        _state(desk, told),
        section(
            said("office.snmp"),
            hint(said("office.snmp.help")),
            _form(desk, AGENT, AGENT_GROUPS, INPUTS),
            name="snmp",
        ),
        section(
            said("office.snmp.traps"),
            hint(said("office.snmp.traps.help")),
            _form(desk, TRAPS, TRAP_GROUPS, TRAP_INPUTS),
            name="traps",
        ),
        _targets(desk, told),
        tabs=tabs(said, PROTOCOLS, TABS),
    )


def _state(desk: Desk, told: Told) -> Html:
    said = desk.said
    pairs: list[tuple[str, Part]] = [
        (said("office.snmp.port"), f"UDP {told['port']}" if told["port"] else "–"),
        (said("office.snmp.engine"), element("code", str(told["engine"]["engine_id"]))),
        (said("office.snmp.boots"), str(told["engine"]["boots"])),
    ]
    for name, service in told["services"].items():
        pairs.append((said(f"service.{name}"), _health(desk, service)))
    return section(said("office.snmp.state"), facts(pairs), _mib(desk))


def _health(desk: Desk, service: Told) -> Part:
    """How a service is, and why where it is not well; the gateway's own words are English."""
    state = service["state"]
    word = badge(desk.said(f"state.service.{state}"), KINDS.get(state, ""))
    if not service["reason"]:
        return word
    return joined((word, " ", element("span", service["reason"], lang="en")))


def _mib(desk: Desk) -> Html:
    return element("p", element("a", desk.said("office.snmp.mib"), href=MIB, download=True))


def _form(
    desk: Desk,
    action: str,
    groups: Mapping[str, tuple[str, ...]],
    inputs: Mapping[str, FormField],
) -> Html:
    said = desk.said
    made = (
        element(
            "fieldset",
            element("legend", said(f"office.snmp.group.{group}")),
            *(entry(desk, action, inputs[name]) for name in names),
        )
        for group, names in groups.items()
    )
    return desk.form(action, *made, button(said("office.save")))


def _targets(desk: Desk, told: Told) -> Html:
    """What became of the notifications, and the button that tries the way."""
    said = desk.said
    inside: list[Part] = [hint(said("office.snmp.test.help"))]
    if desk.answer is not None:
        inside.extend(_result(desk, each) for each in desk.answer["targets"])
    if told["targets"]:
        heads = [said("office.snmp.target"), *(said(f"office.snmp.{each}") for each in OUTCOMES)]
        rows = [_row(target) for target in told["targets"]]
        inside.append(table(heads, rows))
    else:
        inside.append(element("p", said("office.snmp.nobody")))
    inside.append(desk.form(TEST, button(said("office.snmp.test.do"))))
    return section(said("office.snmp.test"), *inside, name="test")


def _row(target: Told) -> list[Part]:
    name: Part = target["target"]
    if target["reason"]:
        name = joined((name, element("br"), element("small", target["reason"], lang="en")))
    return [name, *(str(target[each]) for each in OUTCOMES)]


def _result(desk: Desk, told: Told) -> Html:
    """What became of a test at one target."""
    outcome = told["outcome"]
    text = desk.said(f"office.snmp.test.{outcome}", target=told["target"])
    return notice(f"{text} {told['reason']}".strip(), bad=outcome not in GOOD)


async def _save(desk: Desk, form: Sent) -> None:
    await save(desk, form, Snmp, INPUTS)


async def _save_traps(desk: Desk, form: Sent) -> None:
    await save(desk, form, SnmpTraps, TRAP_INPUTS)


async def _test(desk: Desk, _: Sent) -> Any:  # noqa: ANN401 -- JSON
    return await desk.ask("snmp.test")


DEEDS = (
    Deed(AGENT, _save, protocols, "saved", PROTOCOLS, profile=Profile.ADMIN),
    Deed(TRAPS, _save_traps, protocols, "saved", PROTOCOLS, profile=Profile.ADMIN),
    Deed(TEST, _test, protocols, "", PROTOCOLS, shown=True, profile=Profile.ADMIN),
)
