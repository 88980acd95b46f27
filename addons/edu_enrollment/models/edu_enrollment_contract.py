from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .edu_enrollment import SYSTEM_FIELDS

SYSTEM_FIELDS.update({"approval_state", "approved_by_id", "date_approved", "amount_approved"})


class EduEnrollment(models.Model):
    """The contract (E20): printed from the enrolment, approved when its discount is a large one."""

    _inherit = "edu.enrollment"  # pylint: disable=consider-merging-classes-inherited

    approval_state = fields.Selection(
        [("none", "Not needed"), ("pending", "To approve"), ("approved", "Approved")],
        string="Discount Approval",
        compute="_compute_approval_state",
        store=True,
        help="A discount above the company's limit is approved by a campus manager before confirmation (E20).",
    )
    approved_by_id = fields.Many2one(
        "res.users", string="Discount approved by", readonly=True, copy=False, tracking=True
    )
    date_approved = fields.Date(readonly=True, copy=False)
    amount_approved = fields.Monetary(
        string="Approved Discount",
        readonly=True,
        copy=False,
        help="A larger discount has to be approved again.",
    )

    @api.depends(
        "price",
        "discount_amount",
        "amount_approved",
        "approved_by_id",
        "state",
        "company_id.discount_approval_rate",
    )
    def _compute_approval_state(self):
        for enrollment in self:
            currency, discount = enrollment.currency_id, enrollment.discount_amount
            if enrollment.approval_state and enrollment.state not in ("draft", "waiting"):
                # Sold under the limit of its day.
                enrollment.approval_state = enrollment.approval_state
                continue
            limit = enrollment.price * enrollment.company_id.discount_approval_rate / 100
            if not currency or currency.compare_amounts(discount, limit) <= 0:
                enrollment.approval_state = "none"
            elif (
                enrollment.approved_by_id
                and currency.compare_amounts(discount, enrollment.amount_approved) <= 0
            ):
                enrollment.approval_state = "approved"
            else:
                enrollment.approval_state = "pending"

    def _check_can_confirm(self):
        result = super()._check_can_confirm()
        for enrollment in self:
            if enrollment.approval_state == "pending":
                raise UserError(
                    self.env._(
                        "%(enrollment)s: its discount of %(discount)s is more than the %(limit)s %% of the price"
                        " that may be given without approval. Ask a manager of %(campus)s to approve it,"
                        " or lower the discount.",
                        enrollment=enrollment.display_name,
                        discount=enrollment.currency_id.format(enrollment.discount_amount),
                        limit=f"{enrollment.company_id.discount_approval_rate:g}",
                        campus=enrollment.campus_id.name,
                    )
                )
        return result

    def action_approve_discount(self):
        """Approve the discounts as they are now; a second click changes nothing (E20).

        :raise AccessError: the user manages no campus
        """
        self.check_access("write")
        if not self.env.su and not self.env.user.has_group("edu_catalog.group_edu_manager"):
            raise AccessError(self.env._("Only a campus manager may approve discounts. Ask yours."))
        self._lock()
        for enrollment_sudo in self.sudo().filtered(
            lambda enrollment: enrollment.approval_state == "pending"
        ):
            enrollment_sudo.write(
                {
                    "approved_by_id": self.env.uid,
                    "date_approved": fields.Date.context_today(self),
                    "amount_approved": enrollment_sudo.discount_amount,
                }
            )
        return True

    def action_print_contract(self):
        """Download the contracts as PDF (E20)."""
        self.check_access("read")
        return self.env.ref("edu_enrollment.edu_enrollment_report_contract").report_action(self)

    def _contract_discounts(self):
        """What is taken off the list price: the same lines as on the invoice.

        :return: list of (label, positive amount in the enrolment's currency)
        """
        self.ensure_one()
        # Who may read the contract may read its discounts.
        return [
            (line["name"], -line["price_unit"]) for line in self.sudo()._prepare_invoice_line_values()[1:]
        ]

    def _contract_schedule(self):
        """The instalments of the contract: those of its invoices, or before there are any, those of the package.

        :return: list of (due date, amount in the enrolment's currency), in order; they sum to the total
        """
        self.ensure_one()
        if self.instalment_ids:
            return [(line.date_maturity, line.amount_currency) for line in self.instalment_ids]
        date = self.date_confirmed or fields.Date.context_today(self)
        # Who may read the contract may read when it is to be paid; payment terms are the accountant's.
        package_sudo, company = self.package_id.sudo(), self.company_id
        if not package_sudo.payment_term_id:
            return [(date, self.amount_total)]
        untaxed, total = self.amount_untaxed, self.amount_total
        convert = self.currency_id._convert
        terms = package_sudo.payment_term_id._compute_terms(
            date_ref=date,
            currency=self.currency_id,
            company=company,
            tax_amount=convert(total - untaxed, company.currency_id, company, date),
            tax_amount_currency=total - untaxed,
            sign=1,
            untaxed_amount=convert(untaxed, company.currency_id, company, date),
            untaxed_amount_currency=untaxed,
        )
        return [
            (line["date"], line["foreign_amount"])
            for line in sorted(terms["line_ids"], key=lambda line: line["date"])
        ]
