from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import float_round

from ..tools.money import discount_amount
from .edu_enrollment import COMMERCIAL_FIELDS

COMMERCIAL_FIELDS.add("promotion_line_ids")


class EduEnrollment(models.Model):
    """Promotions of an enrolment: discounts of their own beside the one that is typed (E5, E6).

    One after the other takes its rate of the price, at most what those before it leave: first the typed
    discount, then ``promotion_id``, then the further ones in their order.
    """

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
    promotion_line_ids = fields.One2many(
        "edu.enrollment.promotion",
        "enrollment_id",
        string="Further Promotions",
        help="Where promotions may be combined: those beside the first one.",
    )
    promotion_is_combinable = fields.Boolean(related="promotion_id.is_combinable")
    promotion_code = fields.Char(
        compute="_compute_promotion_code",
        inverse="_inverse_promotion_code",
        compute_sudo=True,
        help="Type the code that the customer or sponsor names: it picks the promotion.",
    )
    promotion_amount = fields.Monetary(
        string="Promotion Discount",
        compute="_compute_promotion_amount",
        store=True,
        precompute=True,
        help="What all promotions take off the price, together at most what the typed discount leaves of it.",
    )
    available_promotion_ids = fields.Many2many(
        "edu.promotion",
        compute="_compute_available_promotion_ids",
        compute_sudo=True,
        help="Promotions that this enrolment may have today.",
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

    @api.depends(
        "price",
        "discount_amount",
        "currency_id",
        "promotion_id.discount_rate",
        "promotion_line_ids.sequence",
        "promotion_line_ids.promotion_id.discount_rate",
    )
    def _compute_promotion_amount(self):
        for enrollment in self:
            enrollment.promotion_amount = sum(enrollment._promotion_amounts().values())

    @api.depends(
        "state",
        "campus_id",
        "package_id",
        "class_id",
        "partner_id",
        "type",
        "promotion_line_ids.promotion_id",
    )
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

    @api.depends(
        "promotion_id",
        "promotion_line_ids.promotion_id",
        "state",
        "campus_id",
        "package_id",
        "class_id",
        "partner_id",
        "type",
    )
    def _compute_promotion_refusal(self):
        for enrollment in self:
            is_open = enrollment.state in ("draft", "waiting")
            enrollment.promotion_refusal = is_open and enrollment._promotion_refusal_reason()

    # ------------------------------------------------------------------ checks
    @api.constrains("promotion_id", "promotion_line_ids")
    def _check_promotions_differ(self):
        for enrollment in self:
            if enrollment.promotion_id in enrollment.promotion_line_ids.promotion_id:
                raise ValidationError(
                    self.env._(
                        "%(enrollment)s has the promotion %(promotion)s already. Take it off once.",
                        enrollment=enrollment.display_name,
                        promotion=enrollment.promotion_id.display_name,
                    )
                )

    # ------------------------------------------------------------------ CRUD
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
        """A promotion may have ended, or been used up, since it was chosen (E6)."""
        result = super()._check_can_confirm()
        # The rules of a promotion hold for whoever sells, also where it cannot be opened.
        for enrollment_sudo in self.sudo():
            if refusal := enrollment_sudo._promotion_refusal_reason():
                raise UserError(
                    self.env._(
                        "%(enrollment)s: %(reason)s", enrollment=enrollment_sudo.display_name, reason=refusal
                    )
                )
        return result

    # ------------------------------------------------------------------ business
    def _promotions(self):
        """All promotions of the enrolments, of each in the order in which they are taken off."""
        lines = self.promotion_line_ids.sorted(lambda line: (line.sequence, line._origin.id or 0))
        return self.promotion_id | lines.promotion_id

    def _promotion_amounts(self):
        """What each promotion takes off the price, in order; never more than is left of it (E5).

        :return: dict ``edu.promotion`` → amount in the enrolment's currency
        """
        self.ensure_one()
        rounding = self.currency_id.rounding or 0.01
        left = self.price - self.discount_amount
        amounts = {}
        for promotion in self._promotions():
            amount = discount_amount(self.price, promotion.discount_rate, rounding)
            amounts[promotion] = max(min(amount, float_round(left, precision_rounding=rounding)), 0.0)
            left -= amounts[promotion]
        return amounts

    def _promotion_refusal_reason(self):
        """Why the enrolment cannot have one of its promotions.

        :return: a sentence, or ``False``
        """
        self.ensure_one()
        date = self.date_confirmed or self.campus_id._today()
        reasons = (promotion._refusal(self, date) for promotion in self._promotions())
        return next(filter(None, reasons), False)

    def _price_parts(self):
        return super()._price_parts() + [-amount for amount in self._promotion_amounts().values()]

    def _prepare_invoice_line_values(self):
        """A line more for each promotion, so that each discount stands by itself (E5, E9)."""
        lines = super()._prepare_invoice_line_values()
        for promotion, amount in self._promotion_amounts().items():
            if not self.currency_id.is_zero(amount):
                label = self.env._(
                    "%(promotion)s (%(rate)s %%)",
                    promotion=promotion.display_name,
                    rate=f"{promotion.discount_rate:g}",
                )
                lines.append({**lines[0], "name": label, "price_unit": -amount})
        return lines
