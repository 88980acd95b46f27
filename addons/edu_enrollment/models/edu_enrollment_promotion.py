from odoo import api, fields, models


class EduEnrollmentPromotion(models.Model):
    """A further promotion of an enrolment, beside the one that the enrolment names itself (E5)."""

    _name = "edu.enrollment.promotion"
    _description = "Further Promotion"
    _inherit = ["edu.base.mixin"]
    _order = "sequence, id"
    _rec_name = "promotion_id"
    _check_company_auto = True

    enrollment_id = fields.Many2one(
        "edu.enrollment", string="Enrolment", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="enrollment_id.company_id", store=True, index=True, precompute=True)
    sequence = fields.Integer(default=10, help="Promotions are taken off one after the other, in this order.")
    promotion_id = fields.Many2one(
        "edu.promotion", required=True, index=True, ondelete="restrict", check_company=True
    )
    currency_id = fields.Many2one(related="enrollment_id.currency_id", store=True, precompute=True)
    amount = fields.Monetary(
        compute="_compute_amount",
        store=True,
        help="The promotion's rate of the price, at most what the discounts before it leave of it.",
    )

    _promotion_once = models.UniqueIndex(
        "(enrollment_id, promotion_id)", "The enrolment has this promotion already. Choose another one."
    )
    _amount_positive = models.Constraint(
        "CHECK (amount >= 0)", "A promotion takes off the price, it never adds to it. Correct its rate."
    )

    # ------------------------------------------------------------------ computes
    @api.depends(
        "promotion_id",
        "enrollment_id.price",
        "enrollment_id.discount_amount",
        "enrollment_id.currency_id",
        "enrollment_id.promotion_id.discount_rate",
        "enrollment_id.promotion_line_ids.sequence",
        "enrollment_id.promotion_line_ids.promotion_id.discount_rate",
    )
    def _compute_amount(self):
        for enrollment, lines in self.grouped("enrollment_id").items():
            amounts = enrollment._promotion_amounts()
            for line in lines:
                line.amount = amounts.get(line.promotion_id, 0.0)

    # ------------------------------------------------------------------ checks
    @api.constrains("enrollment_id", "promotion_id")
    def _check_promotion_id(self):
        self.enrollment_id._check_promotions_differ()

    # ------------------------------------------------------------------ CRUD
    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._check_enrollment_open()
        return lines

    def write(self, vals):
        # The amount is typed by nobody, whatever state the enrolment has.
        self._check_derived_fields(vals)
        self._check_enrollment_open()
        result = super().write(vals)
        self._check_enrollment_open()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_confirmed(self):
        self._check_enrollment_open()

    def _check_enrollment_open(self):
        """What the invoice says is fixed (E9).

        :raise UserError: the enrolment is confirmed
        """
        if not self.env.su:
            self.enrollment_id._check_not_locked({"promotion_line_ids"})
