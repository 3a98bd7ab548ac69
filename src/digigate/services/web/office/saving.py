"""A form of settings is done whole or not at all."""

from collections.abc import Mapping

from digigate.services.web.markup import Html
from digigate.services.web.office.desk import Desk
from digigate.services.web.office.fields import control, given, name_of, write_instead, wrong
from digigate.services.web.office.sent import Misfilled, Sent
from digigate.settings.by_path import value_at
from digigate.settings.form import FormField
from digigate.settings.sections import Section


def entry(desk: Desk, form: str, field: FormField) -> Html:
    """The input of a setting: as it is, or as it was just filled in and refused."""
    refused = desk.refused(form)
    value = given(field, refused.typed) if refused else value_at(desk.settings, field.path)
    return control(desk.said, field, value, desk.fault(form, name_of(field)))


async def save(
    desk: Desk, form: Sent, section: type[Section], inputs: Mapping[str, FormField]
) -> None:
    """Change the settings of a section that were filled in otherwise, by the name of their input.

    Raises:
        Misfilled: some are wrong, and none was changed.
    """
    values = {name: given(field, form.texts) for name, field in inputs.items()}
    if bad := wrong(section, values):
        faults = {name: write_instead(desk.said, inputs[name]) for name in bad}
        raise Misfilled(desk.said("office.misfilled"), faults)
    for name, field in inputs.items():
        if values[name] != value_at(desk.settings, field.path):
            await desk.ask("settings.set", path=field.path, value=values[name])
