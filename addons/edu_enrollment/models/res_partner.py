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

    @api.constrains("is_company")
    def _check_students_are_persons(self):
        """A student does not become an organisation from behind (E1)."""
        self.sudo().with_context(active_test=False).student_ids._check_is_person()

    def _search_is_student(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("student_ids", "!=" if True in value else "=", False)]
