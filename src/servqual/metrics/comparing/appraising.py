"""Measured values into the data of an appraisal: points by indicator, and what is missing with its reason."""

import datetime as dt
from collections.abc import Mapping
from zoneinfo import ZoneInfo

import attrs

from servqual._checks import all_of, among, must_be
from servqual.errors import InvalidValue
from servqual.metrics.comparing.groups import measured_kpi
from servqual.metrics.results.measurement import Measurement
from servqual.metrics.results.measures import Measures
from servqual.model.people.appraisal import Appraisal, DataCollected, SchemeSet
from servqual.model.people.score import points

_TICK = dt.timedelta(microseconds=1)


@attrs.frozen(kw_only=True)
class PointScale:
    """How a measured KPI becomes points: the values for 0 and for 100 points, of which either may be the larger."""

    kpi: str
    worst: float
    best: float

    def points(self, value: float) -> float:
        """Turn a value into points, linear from `worst` to `best`; beyond these it stays at 0 or 100.

        >>> PointScale(kpi="wait_p50", worst=30, best=6).points(12)
        75.0
        """
        return points(value, worst=self.worst, best=self.best)


def appraised(
    measures: Measures, appraisal: Appraisal, scales: Mapping[str, PointScale], *, at: dt.datetime, by: str
) -> DataCollected:
    """Fill indicators of an appraisal from what was measured, as the event to record.

    `scales` maps an indicator of the scheme to its KPI and points. The measures are by agent alone for a member and by
    team alone for a team, and of the period of the scheme. An indicator without data, or of which most rows could not
    be read, is missing, with the reason. Refused: an indicator that the scheme does not know, a KPI that was not
    measured, other groups, and another period.

    >>> from servqual.metrics import measure
    >>> from servqual.model import AgentId
    >>> april, end = dt.datetime(2026, 4, 1, tzinfo=dt.UTC), dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
    >>> agreed = Appraisal(history=[SchemeSet(
    ...     at=april, by="Lead", member=AgentId("Ann"), period=(dt.date(2026, 4, 1), dt.date(2026, 4, 30)),
    ...     weights={"speed": 0.5, "solved": 0.5}, rater_weights={})])
    >>> cases = {"agent": ["Ann"] * 4, "received_at": [april] * 4, "resolved_at": [end, end, end, None],
    ...          "first_response_at": [None] * 4}
    >>> found = measure(["resolution_rate", "first_response_time"], {"cases": cases}, by=["agent"], now=end,
    ...                 period=(april, end))
    >>> event = appraised(found, agreed, at=end, by="Lead", scales={
    ...     "solved": PointScale(kpi="resolution_rate", worst=0, best=1),
    ...     "speed": PointScale(kpi="first_response_time", worst=3600, best=0)})
    >>> dict(event.scores), dict(event.missing)
    ({'solved': 75.0}, {'speed': 'first_response_time has no data'})
    """
    must_be(Measures, "measures", "what measure() gave", measures)
    must_be(Appraisal, "appraisal", "an appraisal with its scheme", appraisal)
    must_be(Mapping, "scales", "a mapping from an indicator to its PointScale", scales)
    scheme = appraisal.scheme
    all_of(PointScale, "scales", scales.values(), "PointScale by indicator")
    column, whose = ("team", scheme.team) if scheme.member is None else ("agent", scheme.member)
    if [*measures.by] != [column]:
        raise InvalidValue.of(
            "measures",
            f"be by {column} alone, as the appraisal is of a {'team' if scheme.member is None else 'member'}",
            measures.by,
            shown=f"by {', '.join(measures.by) or 'nothing'}",
            do=f"measure with by=[{column!r}]",
        )
    scores: dict[str, float] = {}
    missing: dict[str, str] = {}
    for indicator, scale in scales.items():
        among("scales", indicator, scheme.weights)
        found = measures.get(measured_kpi(measures, scale.kpi).key, **{column: whose})
        _of_its_period(found, scheme)
        if found.value is None:
            missing[indicator] = f"{scale.kpi} has no data"
        elif found.mostly_unread:
            missing[indicator] = f"most rows of {scale.kpi} could not be read"
        else:
            scores[indicator] = scale.points(found.value)
    return DataCollected(at=at, by=by, scores=scores, missing=missing)


def _of_its_period(found: Measurement, scheme: SchemeSet) -> None:
    first, last = scheme.period
    days = None
    if found.period is not None:
        zone = ZoneInfo(found.zone)
        days = found.period[0].astimezone(zone).date(), (found.period[1] - _TICK).astimezone(zone).date()
    if days != (first, last):
        raise InvalidValue.of(
            "measures",
            f"be of the period of the scheme, {first} to {last}",
            days,
            shown="no period" if days is None else f"{days[0]} to {days[1]}",
            do="measure with period= and the zone of the desk",
        )
