from odoo import fields, models


class EduEnrollment(models.Model):
    _inherit = "edu.enrollment"

    lead_id = fields.Many2one(
        "crm.lead",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        help="The enquiry that this enrolment was won from.",
    )
    lead_program_ids = fields.Many2many(related="lead_id.program_ids", string="Wanted Programs")

    def _on_confirmed(self):
        result = super()._on_confirmed()
        self._convert_lead()
        return result

    def _convert_lead(self):
        """A confirmed enrolment wins its lead (M3) and brings the customers to their stage (M7)."""
        # Confirming was allowed just now; the cashier who did it need not see the counsellor's lead.
        leads_sudo = self.sudo().lead_id
        leads_sudo._convert()
        stage = self.env["edu.lifecycle.stage"]._entered_on("enrolled")
        if stage:
            customers_sudo = self.sudo().student_id.partner_id | self.sudo().partner_id
            customers_sudo.lifecycle_stage_id = stage
