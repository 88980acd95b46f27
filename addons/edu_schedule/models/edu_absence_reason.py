from odoo import fields, models


class EduAbsenceReason(models.Model):
    _name = "edu.absence.reason"
    _description = "Absence Reason"
    _inherit = ["edu.base.mixin"]
    _order = "sequence, name"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    charge = fields.Selection(
        [("full", "Charged"), ("none", "Not charged"), ("notice", "Not charged if reported in time")],
        required=True,
        default="full",
    )
    notice_hours = fields.Float(
        digits=(6, 2),
        string="Notice",
        help="Hours before the lesson by which the absence has to be reported.",
    )

    _name_uniq = models.UniqueIndex("((name->>'en_US'))", "Another absence reason has this name already.")
    _notice_hours_positive = models.Constraint("CHECK (notice_hours >= 0)", "A notice cannot be negative.")
