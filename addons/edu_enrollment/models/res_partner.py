from odoo import api, fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    student_ids = fields.One2many("edu.student", "partner_id")
    ward_ids = fields.One2many("edu.guardian", "partner_id", string="Guardian of")
    is_student = fields.Boolean(compute="_compute_is_student", search="_search_is_student")

    @api.depends("student_ids")
    def _compute_is_student(self):
        for partner in self:
            partner.is_student = bool(partner.student_ids)

    def _search_is_student(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("student_ids", "!=" if True in value else "=", False)]
