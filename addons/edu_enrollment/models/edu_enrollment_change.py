from odoo import fields, models


class EduEnrollmentChange(models.Model):
    """What became of an enrolment after it was sold (E16, E17): written by the system, never changed, counted."""

    _name = "edu.enrollment.change"
    _description = "Change of an Enrolment"
    _inherit = ["edu.base.mixin"]
    _order = "date desc, id desc"
    _rec_name = "kind"

    enrollment_id = fields.Many2one(
        "edu.enrollment", string="Enrolment", required=True, index=True, readonly=True, ondelete="cascade"
    )
    kind = fields.Selection(
        [
            ("class", "Class Changed"),
            ("student", "Passed on to Another Student"),
            ("package", "Converted to Another Package"),
            ("enrollment", "Money Moved"),
            ("late", "Joined Mid-Course"),
            ("suspend", "Suspended"),
            ("resume", "Resumed"),
            ("withdraw", "Withdrawn"),
            ("renew", "Renewed"),
            ("expire", "Hours Lapsed"),
        ],
        required=True,
        readonly=True,
        index=True,
    )
    date = fields.Date(required=True, readonly=True, default=fields.Date.context_today)
    user_id = fields.Many2one(
        "res.users", string="Done by", required=True, readonly=True, default=lambda self: self.env.user
    )
    student_id = fields.Many2one(related="enrollment_id.student_id", store=True, index=True)
    campus_id = fields.Many2one(related="enrollment_id.campus_id", store=True, index=True)
    company_id = fields.Many2one(related="enrollment_id.company_id", store=True, index=True)
    package_id = fields.Many2one(related="enrollment_id.package_id", store=True)
    class_id = fields.Many2one("edu.class", string="Class Before", readonly=True, index="btree_not_null")
    target_class_id = fields.Many2one(
        "edu.class", string="Class After", readonly=True, index="btree_not_null"
    )
    target_enrollment_id = fields.Many2one(
        "edu.enrollment", string="Other Enrolment", readonly=True, index="btree_not_null", ondelete="set null"
    )
    date_from = fields.Date(readonly=True, help="First day of a suspension.")
    date_to = fields.Date(readonly=True, help="Last day of a suspension.")
    hours = fields.Float(
        digits=(8, 2), readonly=True, help="Hours that were moved, missed, credited or lapsed."
    )
    currency_id = fields.Many2one(related="enrollment_id.currency_id", store=True)
    amount = fields.Monetary(readonly=True, help="Money that was moved, the fee included.")
    fee = fields.Monetary(readonly=True, help="Kept by the centre.")
    reason = fields.Char(readonly=True)
    move_id = fields.Many2one(
        "account.move", string="Journal Entry", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    request_key = fields.Char(
        readonly=True, help="The dialog that asked for the change: it is carried out once."
    )

    _request_once = models.UniqueIndex(
        "(request_key) WHERE request_key IS NOT NULL", "This change has been made already."
    )
