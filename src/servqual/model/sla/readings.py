"""All clocks of one case at one moment."""

from collections.abc import Iterator, Mapping

import attrs

from servqual._typed import typed
from servqual.model.sla.reading import Reading


@attrs.frozen(eq=False, field_transformer=typed)
class Readings(Mapping[str, Reading]):
    """Readings of a case by promise: a mapping that cannot change, has a hash, and copies and pickles."""

    each: tuple[Reading, ...]

    def __getitem__(self, promise: str) -> Reading:
        for reading in self.each:
            if reading.target.key == promise:
                return reading
        raise KeyError(promise)

    def __iter__(self) -> Iterator[str]:
        return (reading.target.key for reading in self.each)

    def __len__(self) -> int:
        return len(self.each)

    def __hash__(self) -> int:
        return hash(self.each)
