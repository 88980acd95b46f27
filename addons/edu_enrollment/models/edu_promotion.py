from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_date

from ..tools import money
from .edu_enrollment import DRAFT_STATES, SEAT_STATES

# Promised to customers, and read by the cost report: fixed once the promotion was sold (E6).
RATE_FIELDS = {"discount_rate", "marketing_rate", "center_rate"}


class EduPromotion(models.Model):
    _name = "edu.promotion"
    _description = "Promotion"
    _inherit = ["mail.thread", "mail.activity.mixin", "edu.coded.mixin"]
    _order = "date_start desc, id desc"
    _rec_names_search = ["name", "code"]
    _check_company_auto = True

    _import_keys = (("code",), ("name", "date_start", "campus_id"))

    name = fields.Char(required=True, tracking=True, index="trigram")
    code = fields.Char(
        copy=False, help="What the customer or sponsor names, in capitals; it finds the promotion."
    )
    active = fields.Boolean(default=True)
    date_start = fields.Date(
        string="Start", required=True, index=True, tracking=True, default=fields.Date.context_today
    )
    date_end = fields.Date(string="End", required=True, index=True, tracking=True, help="Last day.")
    discount_rate = fields.Float(
        required=True, digits=(5, 2), tracking=True, help="In per cent of the price."
    )
    marketing_rate = fields.Float(
        required=True,
        digits=(5, 2),
        help="The share of the discount's cost that marketing bears, in per cent.",
    )
    center_rate = fields.Float(
        string="Centre Rate",
        required=True,
        digits=(5, 2),
        compute="_compute_center_rate",
        store=True,
        readonly=False,
        precompute=True,
        help="The share of the discount's cost that the centre bears, in per cent; the two make 100.",
    )
    program_ids = fields.Many2many(
        "edu.program",
        "edu_promotion_program_rel",
        "promotion_id",
        "program_id",
        string="Programs",
        check_company=True,
        ondelete="restrict",
        # Archived programs count: without them the promotion would hold for all programs.
        context={"active_test": False},
        help="Only for packages and classes of these programs. Empty: for all.",
    )
    is_combinable = fields.Boolean(
        string="May Be Combined",
        tracking=True,
        help="With other promotions of which that may be said as well. No: it stands alone.",
    )
    customer_kind = fields.Selection(
        [("new", "New Customers"), ("existing", "Existing Customers"), ("organisation", "Organisations")],
        help="Empty: for everybody. Organisations are payers that are companies.",
    )
    campus_id = fields.Many2one(
        "edu.campus",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
        default=lambda self: self.env["edu.campus"]._default_for_user(),
    )
    other_campus_ids = fields.Many2many(
        "edu.campus",
        "edu_promotion_campus_rel",
        "promotion_id",
        "campus_id",
        string="Other Campuses",
        check_company=True,
        help="Where the promotion may be used as well.",
    )
    company_id = fields.Many2one(
        related="campus_id.company_id", store=True, index=True, precompute=True, string="Company"
    )
    user_id = fields.Many2one(
        "res.users",
        string="Person in Charge",
        required=True,
        index=True,
        tracking=True,
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
    )
    usage_limit = fields.Integer(
        tracking=True, help="How many enrolments may use it at most. 0: as many as like."
    )
    enrollment_ids = fields.One2many("edu.enrollment", "promotion_id", string="Enrolments")
    enrollment_line_ids = fields.One2many(
        "edu.enrollment.promotion",
        "promotion_id",
        string="Further Enrolments",
        help="Those that have it beside another promotion.",
    )
    # Stored for the constraint below: two confirmations collide on this row (as edu.class.seats_taken).
    used_count = fields.Integer(
        string="Times Used", compute="_compute_used_count", store=True, help="By confirmed enrolments."
    )
    usage_left = fields.Integer(compute="_compute_usage_left", help="0 when not limited.")
    validity = fields.Selection(
        [("planned", "Planned"), ("running", "Running"), ("used_up", "Used Up"), ("ended", "Ended")],
        compute="_compute_validity",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount_granted = fields.Monetary(
        compute="_compute_amount_granted", help="What it has cost so far, in the company's currency."
    )
    color = fields.Integer(related="campus_id.color")
    note = fields.Html()

    _code_uniq = models.UniqueIndex(
        "(code, company_id)", "Another promotion has this code already. Choose another one."
    )
    _dates_ordered = models.Constraint(
        "CHECK (date_start < date_end)", "A promotion ends after it starts. Correct its dates."
    )
    _rates_within = models.Constraint(
        "CHECK (discount_rate BETWEEN 0 AND 100 AND marketing_rate BETWEEN 0 AND 100"
        " AND center_rate BETWEEN 0 AND 100)",
        "Rates of a promotion lie between 0 and 100 %. Correct them.",
    )
    _shares_make_all = models.Constraint(
        "CHECK (marketing_rate + center_rate = 100)",
        "The shares of marketing and of the centre make 100 % together. Correct one of them.",
    )
    _usage_limit_positive = models.Constraint(
        "CHECK (usage_limit >= 0)", "A usage limit cannot be negative. Leave 0 for no limit."
    )
    _usage_within_limit = models.Constraint(
        "CHECK (COALESCE(usage_limit, 0) = 0 OR COALESCE(used_count, 0) <= usage_limit)",
        "The promotion would be used more often than its limit. Raise the limit, or choose another promotion.",
    )

    # ------------------------------------------------------------------ computes
    @api.depends("marketing_rate")
    def _compute_center_rate(self):
        for promotion in self:
            promotion.center_rate = 100 - promotion.marketing_rate

    @api.onchange("center_rate")
    def _onchange_center_rate(self):
        self.marketing_rate = 100 - self.center_rate

    @api.depends(
        "enrollment_ids.state",
        "enrollment_ids.promotion_id",
        "enrollment_line_ids.promotion_id",
        "enrollment_line_ids.enrollment_id.state",
    )
    def _compute_used_count(self):
        counts = Counter()
        for model, state in (
            ("edu.enrollment", "state"),
            ("edu.enrollment.promotion", "enrollment_id.state"),
        ):
            counts.update(
                dict(
                    self.env[model]._read_group(
                        [("promotion_id", "in", self.ids), (state, "in", SEAT_STATES)],
                        ["promotion_id"],
                        ["__count"],
                    )
                )
            )
        # Read the stored value first: an unchanged count is then not written, and drafts lock nothing.
        self.mapped("used_count")
        for promotion in self:
            promotion.used_count = counts[promotion._origin]

    @api.depends("usage_limit", "used_count")
    def _compute_usage_left(self):
        for promotion in self:
            promotion.usage_left = max(promotion.usage_limit - promotion.used_count, 0)

    @api.depends("date_start", "date_end", "usage_limit", "used_count")
    def _compute_validity(self):
        for promotion in self:
            today = promotion.campus_id._today()
            if promotion.date_end and promotion.date_end < today:
                promotion.validity = "ended"
            elif promotion.date_start and promotion.date_start > today:
                promotion.validity = "planned"
            else:
                promotion.validity = "used_up" if promotion._is_used_up() else "running"

    @api.depends("enrollment_ids.state", "enrollment_ids.promotion_amount", "enrollment_line_ids.amount")
    def _compute_amount_granted(self):
        granted = dict(
            self.env["edu.discount.report"]._read_group(
                [("promotion_id", "in", self.ids)], ["promotion_id"], ["amount:sum"]
            )
        )
        for promotion in self:
            promotion.amount_granted = granted.get(promotion._origin, 0.0)

    @api.depends("code", "name")
    def _compute_display_name(self):
        for promotion in self:
            promotion.display_name = (
                f"[{promotion.code}] {promotion.name}" if promotion.code else promotion.name
            )

    # ------------------------------------------------------------------ CRUD
    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._normalise_code(vals) for vals in vals_list])

    def write(self, vals):
        self._check_rates_not_promised(vals)
        return super().write(self._normalise_code(vals))

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for promotion, vals in zip(self, vals_list, strict=True):
            if not (default or {}).get("name"):
                vals["name"] = self.env._("%s (copy)", promotion.name)
        return vals_list

    @api.model
    def _clean_code(self, code):
        return (code or "").strip().upper() or False

    @api.model
    def _normalise_code(self, vals):
        return {**vals, "code": self._clean_code(vals["code"])} if "code" in vals else dict(vals)

    def _check_rates_not_promised(self, vals):
        """What customers were promised, and who bears it, stays as it was (E6).

        :raise UserError: a rate changes of a promotion that stands on a confirmed enrolment
        """
        for promotion in self:
            changed = [
                name
                for name in sorted(RATE_FIELDS & vals.keys())
                if self._fields[name].convert_to_cache(vals[name], promotion) != promotion[name]
            ]
            promotion_sudo = promotion.sudo()
            enrollments_sudo = (
                promotion_sudo.enrollment_ids | promotion_sudo.enrollment_line_ids.enrollment_id
            )
            if changed and enrollments_sudo.filtered("date_confirmed"):
                raise UserError(
                    self.env._(
                        "%(promotion)s stands on confirmed enrolments: %(fields)s can no longer be changed."
                        " Let it end, and make a new promotion.",
                        promotion=promotion.display_name,
                        fields=", ".join(
                            self._fields[name]._description_string(self.env) for name in changed
                        ),
                    )
                )

    # ------------------------------------------------------------------ actions
    def action_view_enrollments(self):
        """Open the enrolments that have the promotion."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("edu_enrollment.edu_enrollment_action")
        domain = Domain("promotion_id", "=", self.id) | Domain(
            "promotion_line_ids.promotion_id", "=", self.id
        )
        return action | {"domain": list(domain), "context": {"create": False}}

    # ------------------------------------------------------------------ business
    @api.model
    def _by_code(self, codes):
        """The promotions with those codes, however they are spelled, also those that have ended.

        :return: dict (clean code, ``res.company``) → ``edu.promotion``
        """
        wanted = {self._clean_code(code) for code in codes} - {False}
        found = self.search([("code", "in", list(wanted))]) if wanted else self
        return {(promotion.code, promotion.company_id): promotion for promotion in found}

    @api.model
    def _pick(self, found, code, company):
        """The promotion of a code that was typed (E5).

        :param dict found: as of ``_by_code``
        :param company: ``res.company`` of the enrolment
        :raise UserError: there is none
        """
        promotion = found.get((self._clean_code(code), company), self.browse())
        if code and not promotion:
            raise UserError(
                self.env._(
                    "No promotion has the code “%s”. Check its spelling, or choose the promotion from the list.",
                    code,
                )
            )
        return promotion

    @api.model
    def _available_for(self, enrollments):
        """The promotions that drafts may have today (E6).

        :return: dict ``edu.enrollment`` → ``edu.promotion``
        """
        day = {enrollment: enrollment.campus_id._today() for enrollment in enrollments}
        running = self.search(
            [
                ("company_id", "in", enrollments.campus_id.company_id.ids),
                ("date_start", "<=", max(day.values(), default=fields.Date.today())),
                ("date_end", ">=", min(day.values(), default=fields.Date.today())),
            ]
        )
        return {
            enrollment: running.filtered(
                lambda promotion, enrollment=enrollment: not promotion._refusal(enrollment, day[enrollment])
            )
            for enrollment in enrollments
        }

    def _refusal_of(self, enrollment):
        """Why an enrolment cannot have one of these promotions.

        :return: a sentence, or ``False``
        """
        date = enrollment.date_confirmed or enrollment.campus_id._today()
        return next(filter(None, (promotion._refusal(enrollment, date) for promotion in self)), False)

    def _check_can_be_used(self, enrollment):
        """A promotion may have ended, or been used up, since it was chosen (E6).

        :raise UserError: with the reason
        """
        if refusal := self._refusal_of(enrollment):
            raise UserError(
                self.env._("%(enrollment)s: %(reason)s", enrollment=enrollment.display_name, reason=refusal)
            )

    def _is_used_up(self):
        return bool(self.usage_limit) and self.used_count >= self.usage_limit

    def _refusal(self, enrollment, date):
        """Why an enrolment cannot have this promotion (E6).

        :param enrollment: ``edu.enrollment``, may be new
        :param date date: day of the sale
        :return: a sentence, or ``False`` when it can
        """
        self.ensure_one()
        programs = enrollment.class_id.program_id or enrollment.package_id.program_ids
        if not self.active or not self.date_start <= date <= self.date_end:
            return self.env._(
                "%(promotion)s is valid from %(start)s to %(end)s only. Choose another promotion.",
                promotion=self.display_name,
                start=format_date(self.env, self.date_start),
                end=format_date(self.env, self.date_end),
            )
        campuses = self.campus_id | self.other_campus_ids
        if enrollment.campus_id not in campuses:
            return self.env._(
                "%(promotion)s is valid at %(campuses)s only. Choose another promotion.",
                promotion=self.display_name,
                campuses=", ".join(campuses.mapped("name")),
            )
        if self.program_ids and not self.program_ids & programs:
            return self.env._(
                "%(promotion)s is valid for %(programs)s only. Choose another promotion, or another package.",
                promotion=self.display_name,
                programs=", ".join(self.program_ids.mapped("name")),
            )
        if self.customer_kind and not self._fits_customer(enrollment):
            kinds = dict(self._fields["customer_kind"]._description_selection(self.env))
            return self.env._(
                "%(promotion)s is for %(kind)s only. Choose another promotion.",
                promotion=self.display_name,
                kind=kinds[self.customer_kind],
            )
        if not self.is_combinable and self._others_of(enrollment):
            return self.env._(
                "%(promotion)s cannot be combined with another promotion. Take the others off, or choose one"
                " that may be combined.",
                promotion=self.display_name,
            )
        return self._is_used_up() and self._used_up_sentence()

    def _others_of(self, enrollment):
        """The other promotions of the enrolment; one that it does not have yet would be its first."""
        further = enrollment.promotion_line_ids.promotion_id
        return (further | enrollment.promotion_id if self in further else further) - self

    def _fits_customer(self, enrollment):
        if self.customer_kind == "organisation":
            return enrollment.partner_id.commercial_partner_id.is_company
        return enrollment.type == self.customer_kind

    def _used_up_sentence(self):
        return self.env._(
            "%(promotion)s is used up: it was for %(limit)s enrolments. Choose another promotion.",
            promotion=self.display_name,
            limit=self.usage_limit,
        )

    def _check_usage(self):
        """Say in words what the database is about to refuse (E6).

        :raise UserError: a promotion is used more often than its limit
        """
        for promotion in self:
            if promotion.usage_limit and promotion.used_count > promotion.usage_limit:
                raise UserError(promotion._used_up_sentence())


class EduEnrollment(models.Model):
    """The promotions of an enrolment: discounts of their own beside the one that is typed (E5, E6).

    One after the other takes its rate of the price, at most what those before it leave: first the typed
    discount, then ``promotion_id``, then the further ones in their order.
    """

    _name = "edu.enrollment"
    _inherit = ["edu.enrollment"]

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
                enrollment.promotion_id = self.env["edu.promotion"]._pick(
                    found, enrollment.promotion_code, enrollment.company_id
                )

    @api.onchange("promotion_code")
    def _onchange_promotion_code(self):
        Promotion, result = self.env["edu.promotion"], None
        if self.promotion_code == self.promotion_id.code:
            return result
        company = self.campus_id.company_id or self.env.company
        try:
            self.promotion_id = Promotion._pick(
                Promotion._by_code([self.promotion_code]), self.promotion_code, company
            )
        except UserError as error:
            self.promotion_id = False
            result = {"warning": {"title": self.env._("Unknown code"), "message": str(error)}}
        self.promotion_code = self.promotion_id.code
        return result

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
        drafts = self.filtered(lambda enrollment: enrollment.state in DRAFT_STATES)
        available = self.env["edu.promotion"]._available_for(drafts)
        for enrollment in self:
            enrollment.available_promotion_ids = available.get(enrollment, False)

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
            is_open = enrollment.state in DRAFT_STATES
            enrollment.promotion_refusal = is_open and enrollment._promotions()._refusal_of(enrollment)

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
        promotions = self._promotions()
        amounts = money.promotion_amounts(
            self.price,
            self.price - self.discount_amount,
            promotions.mapped("discount_rate"),
            self.currency_id.rounding or 0.01,
        )
        return dict(zip(promotions, amounts, strict=True))
