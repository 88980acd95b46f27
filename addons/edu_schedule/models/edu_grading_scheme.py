from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import float_compare, float_repr

from ..tools import marks


class EduGradingScheme(models.Model):
    _name = "edu.grading.scheme"
    _description = "Grading Scheme"
    _inherit = ["edu.base.mixin"]
    _order = "name"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index=True, help="Empty: for all companies.")
    line_ids = fields.One2many("edu.grading.scheme.line", "scheme_id", string="Assessments", copy=True)
    band_ids = fields.One2many("edu.grading.scheme.band", "scheme_id", string="Classification", copy=True)
    weight_total = fields.Float(digits=(6, 2), compute="_compute_weight_total")

    @api.depends("line_ids.weight")
    def _compute_weight_total(self):
        for scheme in self:
            scheme.weight_total = sum(scheme.line_ids.mapped("weight"))

    @api.constrains("line_ids")
    def _check_weight_total(self):
        for scheme in self:
            if scheme.line_ids and float_compare(scheme.weight_total, 100, precision_digits=2):
                raise ValidationError(
                    self.env._(
                        "The weights of the grading scheme “%(name)s” add up to %(total)s."
                        " Make them add up to 100.",
                        name=scheme.name,
                        total=float_repr(scheme.weight_total, 2),
                    )
                )

    def _classify(self, mark):
        """The band that a final mark belongs to (S9).

        :param mark: percent, or None
        :return: ``edu.grading.scheme.band``, empty when there is none
        """
        bands = self.band_ids
        return marks.classify(mark, [(band.mark_from, band) for band in bands]) or bands.browse()
