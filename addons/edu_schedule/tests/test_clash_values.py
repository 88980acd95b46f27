from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.edu_schedule.tools.clash import Booking, Clash, find_clashes
from odoo.tests import BaseCase, tagged

MIDNIGHT = datetime(2026, 3, 2)
#: (who, hour of the beginning, hours)
BOOKINGS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 50), st.integers(1, 20)), max_size=12)


def booking(who, hour, hours, what=None):
    start = MIDNIGHT + timedelta(hours=hour)
    return Booking(who, what, start, start + timedelta(hours=hours))


def overlap(one, other):
    return one.who == other.who and one.start < other.stop and other.start < one.stop


@tagged("post_install", "-at_install")
class TestClashValues(BaseCase):
    """Clashes as values, without a database (S2)."""

    def test_clash_says_who_which_two_and_from_when_until_when(self):
        there = booking("room 7", 18, 2, "A1")
        self.assertEqual(
            find_clashes([booking("room 7", 19, 2, "B1"), booking("room 8", 19, 2, "C1")], [there]),
            [Clash("room 7", "B1", "A1", there.start, there.stop)],
        )

    def test_one_ends_when_the_next_begins(self):
        lessons = [booking("Lan", hour, 2) for hour in (16, 18, 20)]
        self.assertEqual(find_clashes(lessons), [])
        self.assertEqual(find_clashes(lessons[1:2], [lessons[0], lessons[2]]), [])

    def test_same_time_twice(self):
        (clash,) = find_clashes([booking("Lan", 18, 2, "first"), booking("Lan", 18, 2, "second")])
        self.assertEqual((clash.wanted, clash.taken), ("second", "first"))

    def test_long_one_is_in_the_way_of_all_that_begin_in_it(self):
        lessons = [booking("Lan", 8, 10, "all day"), booking("Lan", 9, 1, "A"), booking("Lan", 12, 1, "B")]
        self.assertEqual(
            [(clash.wanted, clash.taken) for clash in find_clashes(lessons)],
            [("A", "all day"), ("B", "all day")],
        )

    def test_half_filled_forms_clash_with_nothing(self):
        there = booking("Lan", 18, 2)
        for start, stop in (
            (None, there.stop),
            (there.start, False),
            (there.stop, there.start),
            (there.start, there.start),
        ):
            with self.subTest(start=start, stop=stop):
                self.assertEqual(find_clashes([Booking("Lan", None, start, stop)], [there]), [])

    def test_nothing(self):
        self.assertEqual(find_clashes([]), [])
        self.assertEqual(find_clashes([], [booking("Lan", 18, 2), booking("Lan", 18, 2)]), [])

    @given(BOOKINGS, BOOKINGS)
    def test_every_taken_booking_in_the_way_is_named(self, wanted, taken):
        """As looking at all pairs says."""
        wanted = [booking(*values, what=("wanted", number)) for number, values in enumerate(wanted)]
        taken = [booking(*values, what=("taken", number)) for number, values in enumerate(taken)]
        self.assertEqual(
            {
                (clash.wanted, clash.taken)
                for clash in find_clashes(wanted, taken)
                if clash.taken[0] == "taken"
            },
            {(one.what, other.what) for one in wanted for other in taken if overlap(one, other)},
        )

    @given(BOOKINGS)
    def test_who_begins_in_an_earlier_one_is_named_once(self, wanted):
        """As looking at all pairs says; of bookings that begin together, the first in the list has the place."""
        wanted = [booking(*values, what=number) for number, values in enumerate(wanted)]
        refused = [
            one.what
            for one in sorted(wanted, key=lambda one: one.start)
            if any(
                overlap(one, other) and (other.start, other.what) < (one.start, one.what) for other in wanted
            )
        ]
        clashes = find_clashes(wanted)
        self.assertEqual([clash.wanted for clash in clashes], refused)
        for clash in clashes:
            self.assertTrue(overlap(wanted[clash.wanted], wanted[clash.taken]))
