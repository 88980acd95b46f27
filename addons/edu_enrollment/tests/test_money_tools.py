from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged
from odoo.tools.float_utils import float_compare, float_is_zero

from ..tools.money import (
    discount_amount,
    discount_rate,
    earned_amount,
    promotion_amounts,
    refundable,
    shared_taxes,
    with_taxes,
)

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

    @given(
        price=st.integers(0, 10**9),
        typed=st.integers(0, 100),
        rates=st.lists(st.floats(0, 100), max_size=4),
        rounding=ROUNDINGS,
    )
    def test_promotions_leave_nothing_below_zero(self, price, typed, rates, rounding):
        """E5: one after the other, together at most what the typed discount leaves."""
        price = price * rounding
        left = price - discount_amount(price, typed, rounding)
        amounts = promotion_amounts(price, left, rates, rounding)
        self.assertEqual(len(amounts), len(rates))
        self.assertGreaterEqual(min(amounts, default=0), 0)
        self.assertLessEqual(float_compare(sum(amounts), left, precision_rounding=rounding), 0)

    def test_promotions_in_their_order(self):
        """E5: the second one takes what the first one leaves."""
        self.assertEqual(promotion_amounts(1000, 900, [50, 60], 1), [500, 400])
        self.assertEqual(promotion_amounts(1000, 900, [60, 50], 1), [600, 300])
        self.assertEqual(promotion_amounts(1000, 0, [10], 1), [0])

    @given(
        parts=st.lists(st.integers(1, 10**6), min_size=1, max_size=8),
        taxes=st.dictionaries(st.sampled_from("abc"), st.integers(0, 10**6), max_size=3),
        rounding=ROUNDINGS,
    )
    def test_parts_of_an_invoice_make_the_whole(self, parts, taxes, rounding):
        """E14: credited part by part, an invoice with taxes leaves nothing, of no tax."""
        taxes = {tax: amount * rounding for tax, amount in taxes.items()}
        net = sum(parts) * rounding
        total = net + sum(taxes.values())
        for part in parts:
            part = part * rounding
            gross = with_taxes(part, net, total, rounding)
            shares = shared_taxes(taxes, part / net, gross - part, rounding)
            if taxes:
                self.assertTrue(float_is_zero(sum(shares.values()) - (gross - part), precision_rounding=rounding))
            taxes = {tax: amount - shares[tax] for tax, amount in taxes.items()}
            net, total = net - part, total - gross
        self.assertTrue(float_is_zero(total, precision_rounding=rounding))
        self.assertEqual(with_taxes(5, 0, 0, rounding), 5)

    def test_refundable(self):
        """E15: paid with taxes, delivered without: 600 of 1,100 (taxes included) paid, half delivered."""
        self.assertEqual(refundable(600, 500, 500, 1_100, 0), 50)
        self.assertEqual(refundable(600, 500, 500, 1_100, 80), -30)
        self.assertEqual(refundable(600, 0, 0, 0, 0), 600)
