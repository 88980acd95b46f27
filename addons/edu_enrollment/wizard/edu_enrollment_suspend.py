from odoo import api, fields, models


class EduEnrollmentSuspend(models.TransientModel):
    """Asks from when to when an enrolment is interrupted (E17)."""

    _name = "edu.enrollment.suspend"
    _inherit = ["edu.dialog.mixin"]
    _description = "Suspend an Enrolment"

    enrollment_id = fields.Many2one("edu.enrollment", string="Enrolment", required=True, ondelete="cascade")
    date_from = fields.Date(
        string="First Day",
        required=True,
        compute="_compute_date_from",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
        help="A suspension that lies ahead begins by itself.",
    )
    date_to = fields.Date(
        string="Last Day",
        help="Lessons go on by themselves the day after. Empty: until somebody resumes them.",
    )
    reason = fields.Char()

    @api.depends("enrollment_id")
    def _compute_date_from(self):
        for wizard in self:
            wizard.date_from = wizard.enrollment_id.campus_id._today()

    def action_apply(self):
        """Suspend the enrolment; its seat is kept (E17).

        :raise UserError: not confirmed, or dates in the wrong order or past
        """
        self.ensure_one()
        self.enrollment_id.action_suspend(self.date_from, self.date_to, self.reason)
        return {"type": "ir.actions.act_window_close"}
