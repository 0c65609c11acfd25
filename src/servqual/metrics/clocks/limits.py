"""Limits of targets as open time: fixed ones, and working days from a moment on."""

import datetime as dt
from typing import Final

import numpy as np

from servqual._arrays import Array
from servqual.metrics.clocks.counting import Calendars
from servqual.metrics.time import business_time
from servqual.metrics.time.working_days import add_working_days
from servqual.model.hours.working_days import WorkingDays
from servqual.model.sla.agreement import Sla

_US: Final = dt.timedelta(microseconds=1)


class Limits:
    """The limits of the targets of an agreement, in microseconds of open time; -1 where a target has none."""

    def __init__(self, sla: Sla, calendars: Calendars) -> None:
        limits = [target.within for target in sla.targets]
        self._days = {place: limit for place, limit in enumerate(limits) if isinstance(limit, WorkingDays)}
        fixed = (limit // _US if isinstance(limit, dt.timedelta) else -1 if limit is None else 0 for limit in limits)
        self._fixed = np.array([*fixed, -1], np.int64)  # the last is that of no target
        self._calendars = calendars

    def exist(self, target: Array) -> Array:
        """Tell which targets have a limit."""
        return np.asarray(self._fixed.take(target) >= 0)

    def since(self, target: Array, start: Array) -> Array:
        """Give the limit of each target for a clock that counts from a moment."""
        limit = self._fixed.take(target)
        for place, within in self._days.items():
            rows = np.flatnonzero(target == place)
            if len(rows):
                limit[rows] = self._open_time(within, target[rows], start[rows])
        return limit

    def _open_time(self, within: WorkingDays, target: Array, start: Array) -> Array:
        """Count the open time from each moment until its working days are due."""
        which, begin = self._calendars.which(target, start), start.view("M8[us]")
        hours = self._calendars.hours[0] if which is None else self._calendars.hours
        due = add_working_days(hours, begin, within.days, which=which, convention=within.convention)
        return business_time.elapsed(hours, begin, due, which=which).view(np.int64)
