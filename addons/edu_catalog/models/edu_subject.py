from odoo import api, fields, models


class EduSubject(models.Model):
    _name = "edu.subject"
    _description = "Subject"
    _inherit = ["edu.coded.mixin"]
    _order = "code"
    _rec_names_search = ["name", "code"]

    code = fields.Char(required=True, copy=False)
    name = fields.Char(required=True, translate=True)
    credits = fields.Float(digits=(6, 2), aggregator="avg")
    active = fields.Boolean(default=True)
    note = fields.Text(translate=True)

    _code_uniq = models.UniqueIndex("(code)", "Another subject has this code already. Choose another one.")
    _credits_positive = models.Constraint("CHECK (credits >= 0)", "Credits cannot be negative.")

    @api.depends("code", "name")
    def _compute_display_name(self):
        for subject in self:
            subject.display_name = f"[{subject.code}] {subject.name}" if subject.code else subject.name

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for subject, vals in zip(self, vals_list, strict=True):
            vals.setdefault("code", subject._copied_code())
        return vals_list
