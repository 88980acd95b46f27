from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"  # pylint: disable=consider-merging-classes-inherited

    edu_waitlist_hours = fields.Integer(
        string="Hold an Offered Seat (hours)",
        default=48,
        required=True,
        help="A seat offered to somebody on a waiting list is held so long; then the next one has it.",
    )

    _edu_waitlist_hours_positive = models.Constraint(
        "CHECK (edu_waitlist_hours > 0)", "An offered seat is held for at least one hour."
    )
