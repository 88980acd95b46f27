from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"  # pylint: disable=consider-merging-classes-inherited

    discount_approval_rate = fields.Float(
        string="Discounts without Approval",
        digits=(5, 2),
        default=100.0,
        help="Highest discount, in per cent of the list price, that may be typed without a campus manager."
        " Promotions do not count: a manager made them, and that approves them once for all.",
    )
    certificate_reminder_days = fields.Integer(
        default=30,
        help="So many days before a certificate expires the person in charge is told; 0: never.",
    )

    _discount_approval_rate_range = models.Constraint(
        "CHECK (discount_approval_rate BETWEEN 0 AND 100)",
        "The discount without approval lies between 0 % and 100 % of the price.",
    )
    _certificate_reminder_days_positive = models.Constraint(
        "CHECK (certificate_reminder_days >= 0)",
        "Days of a reminder cannot be negative. Type 0 for no reminder.",
    )
