from odoo import fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    enrollment_id = fields.Many2one(
        "edu.enrollment",
        string="Enrolment",
        index="btree_not_null",
        copy=False,
        readonly=True,
        ondelete="restrict",
    )

    def _reverse_moves(self, default_values_list=None, cancel=False):
        """A credit note belongs to the enrolment of the invoice that it reverses."""
        default_values_list = default_values_list or [{} for _move in self]
        for move, values in zip(self, default_values_list, strict=True):
            values.setdefault("enrollment_id", move.enrollment_id.id)
        return super()._reverse_moves(default_values_list, cancel)
