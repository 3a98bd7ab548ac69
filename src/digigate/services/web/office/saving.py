"""A form of settings is done whole or not at all."""

from collections.abc import Mapping

from digigate.services.web.markup import Html
from digigate.services.web.office.desk import Desk
from digigate.services.web.office.fields import (
    control,
    fits,
    given,
    name_of,
    secret_given,
    write_instead,
    wrong,
)
from digigate.services.web.office.sent import Misfilled, Sent
from digigate.settings.by_path import value_at
from digigate.settings.form import FieldKind, FormField
from digigate.settings.sections import Section


def entry(desk: Desk, form: str, field: FormField) -> Html:
    """The input of a setting: as it is, or as it was just filled in and refused; no secret is."""
    value = value_at(desk.settings, field.path)
    if (refused := desk.refused(form)) and field.kind is not FieldKind.SECRET:
        value = given(field, refused.typed)
    return control(desk.said, field, value, desk.fault(form, name_of(field)))


async def save(
    desk: Desk, form: Sent, section: type[Section], inputs: Mapping[str, FormField]
) -> None:
    """Change the settings of a section that were filled in otherwise, by the name of their input.

    Raises:
        Misfilled: some are wrong, and none was changed.
        SettingsError: they do not go together, and none was changed.
    """
    open_ = {name: f for name, f in inputs.items() if f.kind is not FieldKind.SECRET}
    values = {name: given(field, form.texts) for name, field in open_.items()}
    secrets = _secrets(form, inputs)
    if bad := wrong(section, values) | {n for n, s in secrets.items() if not fits(inputs[n], s)}:
        faults = {name: write_instead(desk.said, inputs[name]) for name in bad}
        raise Misfilled(desk.said("office.misfilled"), faults)
    changed = {n: v for n, v in values.items() if v != value_at(desk.settings, inputs[n].path)}
    wanted = {inputs[name].path: value for name, value in (changed | secrets).items()}
    if wanted:
        await desk.ask("settings.put", values=wanted)


def _secrets(form: Sent, inputs: Mapping[str, FormField]) -> dict[str, str]:
    """The secrets that were typed, or are to be removed (empty)."""
    found = {
        name: secret_given(field, form.texts)
        for name, field in inputs.items()
        if field.kind is FieldKind.SECRET
    }
    return {name: secret for name, secret in found.items() if secret is not None}
