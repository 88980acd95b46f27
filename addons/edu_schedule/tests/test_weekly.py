from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.edu_schedule.tools import weekly
from odoo.tests import BaseCase, tagged

MONDAY_EVENING = weekly.Weekly(0, 18, 20, "mon")


def starts(pattern, first, last, tz):
    return [lesson.start for lesson in weekly.occurrences(pattern, first, last, tz)]


@tagged("post_install", "-at_install")
class TestWeekly(BaseCase):
    """From a weekly pattern to UTC moments (S1)."""

    def test_hour_stays_when_clocks_change(self):
        # Paris: summer time begins on Sunday 29 March 2026 and ends on Sunday 25 October 2026.
        around = starts([MONDAY_EVENING], date(2026, 3, 23), date(2026, 3, 31), "Europe/Paris")
        self.assertEqual(around, [datetime(2026, 3, 23, 17), datetime(2026, 3, 30, 16)])
        around = starts([MONDAY_EVENING], date(2026, 10, 19), date(2026, 10, 26), "Europe/Paris")
        self.assertEqual(around, [datetime(2026, 10, 19, 16), datetime(2026, 10, 26, 17)])

    def test_lesson_in_the_night_of_the_change_keeps_its_length(self):
        night = weekly.Weekly(6, 1.5, 3.5)
        for day in (date(2026, 3, 29), date(2026, 10, 25)):
            (lesson,) = weekly.occurrences([night], day, day, "Europe/Paris")
            self.assertEqual(lesson.stop - lesson.start, timedelta(hours=2))

    def test_hour_that_does_not_exist_is_an_hour_later(self):
        moment = weekly.to_utc(date(2026, 3, 29), 2.5, "Europe/Paris")
        self.assertEqual(weekly.to_local(moment, "Europe/Paris").hour, 3)

    def test_day_is_the_local_one(self):
        # Monday 06:00 in Saigon is still Sunday in UTC.
        early = weekly.Weekly(0, 6, 7)
        (lesson,) = weekly.occurrences([early], date(2026, 3, 2), date(2026, 3, 2), "Asia/Ho_Chi_Minh")
        self.assertEqual((lesson.day, lesson.start), (date(2026, 3, 2), datetime(2026, 3, 1, 23)))

    def test_month_ends_and_leap_day(self):
        sundays = starts([weekly.Weekly(6, 9, 10)], date(2026, 1, 31), date(2026, 3, 1), "UTC")
        self.assertEqual([moment.day for moment in sundays], [1, 8, 15, 22, 1])
        leap = starts([weekly.Weekly(1, 9, 10)], date(2028, 2, 28), date(2028, 3, 1), "UTC")
        self.assertEqual(leap, [datetime(2028, 2, 29, 9)])

    def test_until_midnight(self):
        (lesson,) = weekly.occurrences([weekly.Weekly(0, 22, 24)], date(2026, 3, 2), date(2026, 3, 2), "UTC")
        self.assertEqual(lesson.stop, datetime(2026, 3, 3))

    def test_order_is_that_of_time(self):
        pattern = [weekly.Weekly(3, 8, 9), weekly.Weekly(0, 18, 19), weekly.Weekly(0, 8, 9)]
        moments = starts(pattern, date(2026, 3, 2), date(2026, 3, 15), "UTC")
        self.assertEqual(moments, sorted(moments))
        self.assertEqual(len(moments), 6)

    def test_no_pattern_no_lessons(self):
        self.assertEqual(starts([], date(2026, 1, 1), date(2030, 1, 1), "UTC"), [])

    @given(
        st.lists(st.tuples(st.integers(0, 500), st.integers(1, 60)), max_size=30),
        st.integers(-10, 520),
        st.integers(1, 60),
    )
    def test_blocked_is_what_a_plain_search_says(self, intervals, start, length):
        day = datetime(2026, 1, 1)
        moments = [(day + timedelta(hours=h), day + timedelta(hours=h + n)) for h, n in intervals]
        since, until = day + timedelta(hours=start), day + timedelta(hours=start + length)
        self.assertEqual(
            weekly.Blocked(moments).overlaps(since, until),
            any(since < stop and begin < until for begin, stop in moments),
        )
