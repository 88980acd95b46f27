from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged
from odoo.tools.float_utils import float_compare, float_is_zero

from ..tools.money import discount_amount, discount_rate, earned_amount

ROUNDINGS = st.sampled_from([1.0, 0.01, 0.001])


@tagged("post_install", "-at_install")
class TestMoneyTools(BaseCase):
    @given(
        net=st.integers(0, 10**12),
        quarters=st.lists(st.integers(1, 12), min_size=1, max_size=60),
        rounding=ROUNDINGS,
    )
    def test_lessons_earn_the_net_price_exactly(self, net, quarters, rounding):
        """E19: in every currency the lessons of a package together earn what was paid for it, to the last unit."""
        net = net * rounding
        total = sum(quarters) / 4
        earned, delivered = [], 0.0
        for quarter in quarters:
            delivered += quarter / 4
            before = sum(earned)
            earned.append(earned_amount(net, total, delivered, rounding) - before)
            self.assertGreaterEqual(earned[-1], -rounding / 2)
        self.assertTrue(float_is_zero(sum(earned) - net, precision_rounding=rounding))

    @given(net=st.integers(0, 10**9), hours=st.floats(0, 500), total=st.floats(0, 300), rounding=ROUNDINGS)
    def test_earned_lies_between_nothing_and_the_net(self, net, hours, total, rounding):
        earned = earned_amount(net, total, hours, rounding)
        self.assertGreaterEqual(earned, 0)
        self.assertLessEqual(float_compare(earned, net, precision_rounding=rounding), 0)

    def test_known_amounts(self):
        """E5: the example of 20,000,000 off: the rate is only shown."""
        self.assertEqual(discount_rate(600_000_000, 20_000_000), 3.33)
        self.assertEqual(discount_amount(600_000_000, 3.33, 1), 19_980_000)
        self.assertEqual(discount_rate(0, 0), 0)
        self.assertEqual(earned_amount(100, 3, 1, 1), 33)
        self.assertEqual(earned_amount(100, 3, 2, 1), 67)
        self.assertEqual(earned_amount(100, 3, 4, 1), 100)
        self.assertEqual(earned_amount(100, 0, 4, 1), 0)
