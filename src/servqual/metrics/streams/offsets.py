"""How far each source of a stream was read, so that a delivery that comes again never counts twice."""

from collections.abc import Mapping

from servqual._checks import must_be
from servqual.errors import InvalidValue, StreamGap


def follows(held: Mapping[str, int], source: str, start: int, end: int) -> bool:
    """Tell whether the rows from `start` to before `end` are new; raise `StreamGap` where they do not follow on.

    The first delivery of a source says where it begins.

    >>> follows({"p0": 20}, "p0", 20, 30), follows({"p0": 20}, "p0", 10, 20), follows({}, "p1", 5, 9)
    (True, False, True)
    """
    must_be(str, "source", "the name of what offsets count in, such as a partition", source)
    for field, offset in (("start", start), ("end", end)):
        must_be(int, field, "a whole number, 0 or more", offset)
    if not 0 <= start <= end:
        raise InvalidValue.of("end", "be at or after start, and start 0 or more", end, shown=f"{start} to {end}")
    last = held.get(source)
    if last is None or start == last:
        return True
    if end <= last:
        return False
    what = "some would count twice" if start < last else "rows between would be missing"
    raise StreamGap(
        f"start must be {last}, where the state of {source or 'this source'} ends (got rows {start} to {end}: {what}); "
        f"read on from {last}",
        source=source,
        held=last,
    )
