"""The shelf of images: who polls opens one, everybody else looks it up by unit."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager

from digigate.catalogue import Model
from digigate.clock import Clock
from digigate.store.image import SlaveImage, Span
from digigate.watchers import Watchers

Watcher = Callable[[SlaveImage, Span], None]


class Store:
    """One image per polled slave; watchers hear of each block that arrives, not of each value."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._images: dict[int, SlaveImage] = {}
        self._watchers = Watchers[SlaveImage, Span]()

    def open(self, unit: int, model: Model, spans: Iterable[Span]) -> SlaveImage:
        """Begin an empty image for `unit`; a former one of that unit is dropped."""
        image = self._images[unit] = SlaveImage(
            unit, model, spans, self._clock, self._watchers.tell
        )
        return image

    def close(self, unit: int) -> None:
        """Forget the image of `unit`, if there is one."""
        self._images.pop(unit, None)

    def image(self, unit: int) -> SlaveImage | None:
        """The image of `unit`, or None where nothing is polled."""
        return self._images.get(unit)

    def images(self) -> tuple[SlaveImage, ...]:
        """All images by rising unit."""
        return tuple(self._images[unit] for unit in sorted(self._images))

    def raw(self, unit: int, start: int, count: int) -> bytes | None:
        """Registers as the slave sent them; None as `SlaveImage.raw`."""
        image = self._images.get(unit)
        return None if image is None else image.raw(start, count)

    def watch(self, watcher: Watcher) -> AbstractContextManager[None]:
        """Call `watcher(image, span)` after each put while the block runs."""
        return self._watchers.watch(watcher)
