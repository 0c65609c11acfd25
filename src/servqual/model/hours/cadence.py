"""Rhythm of surveys, reports, reviews and appraisals."""

import datetime as dt

from dateutil.relativedelta import relativedelta

from servqual.model.labels import Labelled


class Cadence(Labelled):
    """Rhythm of the calendar.

    >>> Cadence("quarterly").after(dt.date(2026, 11, 30)), Cadence.YEARLY.label("zh")
    (datetime.date(2027, 2, 28), '每年')
    """

    WEEKLY = "weekly", "每周"
    MONTHLY = "monthly", "每月"
    QUARTERLY = "quarterly", "每季度"
    HALF_YEARLY = "half_yearly", "每半年"
    YEARLY = "yearly", "每年"

    def after(self, day: dt.date) -> dt.date:
        """Return the next due day; a day that the month does not have becomes its last day."""
        return day + _STEPS[self]


_STEPS = {
    Cadence.WEEKLY: relativedelta(weeks=1),
    Cadence.MONTHLY: relativedelta(months=1),
    Cadence.QUARTERLY: relativedelta(months=3),
    Cadence.HALF_YEARLY: relativedelta(months=6),
    Cadence.YEARLY: relativedelta(years=1),
}
