"""Commands that only tell something."""

from collections.abc import Callable

from digigate.commands import Arguments, Command, Commands, Json


def enter_reports(commands: Commands, reports: dict[str, Callable[[], Json]]) -> None:
    """Each name with what it tells."""

    def entry(name: str, report: Callable[[], Json]) -> Command[Arguments]:
        async def tell(_: Arguments) -> Json:
            return report()

        return Command(name, Arguments, tell, audited=False)

    for name, report in reports.items():
        commands.add(entry(name, report))
