from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.money import discount_amount


class EduEnrollment(models.Model):
    """The promotion of an enrolment: a discount of its own beside the one that is typed (E5, E6)."""

    _inherit = "edu.enrollment"  # pylint: disable=consider-merging-classes-inherited

    promotion_id = fields.Many2one(
        "edu.promotion",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        copy=False,
        tracking=True,
        domain="[('id', 'in', available_promotion_ids)]",
    )
    promotion_code = fields.Char(
        compute="_compute_promotion_code",
        inverse="_inverse_promotion_code",
        compute_sudo=True,
        help="Type the code that the customer or sponsor names: it picks the promotion (E5).",
    )
    promotion_amount = fields.Monetary(
        string="Promotion Discount",
        compute="_compute_promotion_amount",
        store=True,
        precompute=True,
        help="The promotion's rate of the price, at most what the typed discount leaves of it (E5).",
    )
    available_promotion_ids = fields.Many2many(
        "edu.promotion",
        compute="_compute_available_promotion_ids",
        compute_sudo=True,
        help="Promotions that this enrolment may have today (E6).",
    )
    promotion_refusal = fields.Char(compute="_compute_promotion_refusal", compute_sudo=True)

    _promotion_within_price = models.Constraint(
        "CHECK (promotion_amount >= 0 AND discount_amount + promotion_amount <= price)",
        "All discounts together lie between nothing and the whole price. Correct the typed one.",
    )

    @api.depends("promotion_id.code")
    def _compute_promotion_code(self):
        for enrollment in self:
            enrollment.promotion_code = enrollment.promotion_id.code

    def _inverse_promotion_code(self):
        found = self.env["edu.promotion"]._by_code(self.mapped("promotion_code"))
        for enrollment in self:
            if enrollment.promotion_code != enrollment.promotion_id.code:
                enrollment.promotion_id = self._pick_promotion(
                    found, enrollment.promotion_code, enrollment.company_id
                )

    @api.onchange("promotion_code")
    def _onchange_promotion_code(self):
        if self.promotion_code == self.promotion_id.code:
            return None
        result = None
        found = self.env["edu.promotion"]._by_code([self.promotion_code])
        try:
            company = self.campus_id.company_id or self.env.company
            self.promotion_id = self._pick_promotion(found, self.promotion_code, company)
        except UserError as error:
            self.promotion_id = False
            result = {"warning": {"title": self.env._("Unknown code"), "message": str(error)}}
        self.promotion_code = self.promotion_id.code
        return result

    @api.model
    def _pick_promotion(self, found, code, company):
        """The promotion of a code that was typed.

        :param dict found: as of ``edu.promotion._by_code``
        :raise UserError: there is none
        """
        Promotion = self.env["edu.promotion"]
        promotion = found.get((Promotion._clean_code(code), company), Promotion)
        if code and not promotion:
            raise UserError(
                self.env._(
                    "No promotion has the code “%s”. Check its spelling, or choose the promotion from the list.",
                    code,
                )
            )
        return promotion

    @api.depends("price", "discount_amount", "promotion_id.discount_rate", "currency_id")
    def _compute_promotion_amount(self):
        for enrollment in self:
            amount = discount_amount(
                enrollment.price,
                enrollment.promotion_id.discount_rate,
                enrollment.currency_id.rounding or 0.01,
            )
            enrollment.promotion_amount = max(min(amount, enrollment.price - enrollment.discount_amount), 0.0)

    @api.depends("state", "campus_id", "package_id", "class_id", "partner_id", "type")
    def _compute_available_promotion_ids(self):
        today = fields.Date.context_today(self)
        drafts = self.filtered(lambda enrollment: enrollment.state in ("draft", "waiting"))
        promotions = self.env["edu.promotion"].search(
            [
                ("company_id", "in", drafts.campus_id.company_id.ids),
                ("date_start", "<=", today),
                ("date_end", ">=", today),
            ]
        )
        (self - drafts).available_promotion_ids = False
        for enrollment in drafts:
            enrollment.available_promotion_ids = promotions.filtered(
                lambda promotion, enrollment=enrollment: not promotion._refusal(enrollment, today)
            )

    @api.depends("promotion_id", "state", "campus_id", "package_id", "class_id", "partner_id", "type")
    def _compute_promotion_refusal(self):
        today = fields.Date.context_today(self)
        for enrollment in self:
            enrollment.promotion_refusal = (
                enrollment.state in ("draft", "waiting")
                and enrollment.promotion_id
                and enrollment.promotion_id._refusal(enrollment, enrollment.date_confirmed or today)
            )

    @api.model_create_multi
    def create(self, vals_list):
        # Not left to the inverse: what is computed before the row is written would not follow it.
        found = self.env["edu.promotion"]._by_code([vals.get("promotion_code") for vals in vals_list])
        result = []
        for vals in vals_list:
            vals = dict(vals)
            if code := vals.pop("promotion_code", False):
                company = self.env["edu.campus"].browse(vals.get("campus_id")).company_id or self.env.company
                vals["promotion_id"] = self._pick_promotion(found, code, company).id
            result.append(vals)
        return super().create(result)

    def _check_can_confirm(self):
        """The promotion may have ended, or been used up, since it was chosen (E6)."""
        result = super()._check_can_confirm()
        today = fields.Date.context_today(self)
        for enrollment in self:
            # The rules of a promotion hold for whoever sells, also where it cannot be opened.
            promotion_sudo = enrollment.sudo().promotion_id
            refusal = promotion_sudo and promotion_sudo._refusal(
                enrollment.sudo(), enrollment.date_confirmed or today
            )
            if refusal:
                raise UserError(
                    self.env._(
                        "%(enrollment)s: %(reason)s", enrollment=enrollment.display_name, reason=refusal
                    )
                )
        return result

    def _prepare_invoice_line_values(self):
        """One line more, so that each discount stands by itself (E5, E9)."""
        lines = super()._prepare_invoice_line_values()
        if not self.currency_id.is_zero(self.promotion_amount):
            label = self.env._(
                "%(promotion)s (%(rate)s %%)",
                promotion=self.promotion_id.display_name,
                rate=f"{self.promotion_id.discount_rate:g}",
            )
            lines.append({**lines[0], "name": label, "price_unit": -self.promotion_amount})
        return lines
