"""From a weekly pattern to moments in time (S1)."""

from bisect import bisect_left
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import pytz


class Weekly(NamedTuple):
    """One line of a weekly pattern.

    ``weekday`` counts from Monday = 0; the hours are local wall-clock hours with a fraction (18.5 is half
    past six). ``key`` is whatever the caller recognises the line by.
    """

    weekday: int
    hour_from: float
    hour_to: float
    key: Any = None


class Occurrence(NamedTuple):
    """One lesson: local ``day``, and ``start`` and ``stop`` in UTC without tzinfo."""

    key: Any
    day: Any
    start: datetime
    stop: datetime


def to_utc(day, hour, tz):
    """The UTC moment (naive) of a local wall-clock hour.

    An hour that the spring change leaves out is taken an hour later; one that the autumn change repeats is
    taken the second time.

    :param date day: local day
    :param float hour: local hour, 0 to 24
    :param str tz: name of the time zone
    """
    local = datetime(day.year, day.month, day.day) + timedelta(minutes=round(hour * 60))
    return pytz.timezone(tz).localize(local, is_dst=False).astimezone(pytz.utc).replace(tzinfo=None)


def to_local(moment, tz):
    """The local datetime (aware) of a naive UTC moment."""
    return pytz.utc.localize(moment).astimezone(pytz.timezone(tz))


def occurrences(pattern, first_day, last_day, tz):
    """Every lesson of a weekly pattern, in order of time (S1).

    A lesson begins at the same local hour all year round, whatever the clocks do, and lasts as long as
    planned.

    :param pattern: list of :class:`Weekly`
    :param date first_day: first local day that counts
    :param date last_day: last local day that counts
    :param str tz: name of the time zone in which the hours are meant
    :return: generator of :class:`Occurrence`
    """
    by_weekday = defaultdict(list)
    for line in sorted(pattern, key=lambda line: line.hour_from):
        by_weekday[line.weekday].append(line)
    day = first_day
    while by_weekday and day <= last_day:
        for line in by_weekday.get(day.weekday(), ()):
            start = to_utc(day, line.hour_from, tz)
            minutes = round(line.hour_to * 60) - round(line.hour_from * 60)
            yield Occurrence(line.key, day, start, start + timedelta(minutes=minutes))
        day += timedelta(days=1)


class Blocked:
    """Times that are not to be had (holidays, closures), asked many times.

    :param intervals: iterable of (start, stop), naive UTC; they may overlap
    """

    def __init__(self, intervals):
        self._starts, self._stops = [], []
        for start, stop in sorted(intervals):
            if self._stops and start <= self._stops[-1]:
                self._stops[-1] = max(self._stops[-1], stop)
            else:
                self._starts.append(start)
                self._stops.append(stop)

    def overlaps(self, start, stop):
        """Whether anything of [start, stop) is blocked."""
        last = bisect_left(self._starts, stop) - 1
        return last >= 0 and self._stops[last] > start
