from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.edu_schedule.tools.marks import classify, final_mark
from odoo.tests import BaseCase, tagged

MARK = st.tuples(st.floats(0, 1), st.floats(0.5, 1000), st.floats(0.01, 100)).map(
    lambda mark: (mark[0] * mark[1], mark[1], mark[2])
)


@tagged("post_install", "-at_install")
class TestMarks(BaseCase):
    """Final marks and their names (S9)."""

    def test_weighted_mean(self):
        self.assertAlmostEqual(final_mark([(8, 10, 30), (50, 100, 70)]), 0.3 * 80 + 0.7 * 50)

    def test_weight_of_what_is_not_marked_does_not_count(self):
        self.assertAlmostEqual(final_mark([(8, 10, 30)]), 80)

    def test_zero_counts(self):
        self.assertAlmostEqual(final_mark([(8, 10, 50), (0, 10, 50)]), 40)

    def test_nothing_marked(self):
        self.assertIsNone(final_mark([]))
        self.assertIsNone(final_mark([(5, 10, 0)]))

    @given(st.lists(MARK, min_size=1, max_size=12))
    def test_between_the_worst_and_the_best(self, marks):
        mark = final_mark(marks)
        percents = [100 * score / highest for score, highest, _weight in marks]
        self.assertGreaterEqual(mark, min(percents) - 1e-6)
        self.assertLessEqual(mark, max(percents) + 1e-6)

    @given(st.lists(MARK, min_size=1, max_size=12), st.floats(0.1, 10))
    def test_only_the_proportion_of_weights_matters(self, marks, factor):
        scaled = [(score, highest, weight * factor) for score, highest, weight in marks]
        self.assertAlmostEqual(final_mark(marks), final_mark(scaled), places=6)

    def test_bands(self):
        bands = [(0, "fail"), (80, "good"), (50, "pass")]
        for mark, name in ((0, "fail"), (49.99, "fail"), (50, "pass"), (79.9999999, "good"), (100, "good")):
            self.assertEqual(classify(mark, bands), name)
        self.assertIsNone(classify(None, bands))
        self.assertIsNone(classify(10, [(50, "pass")]))
