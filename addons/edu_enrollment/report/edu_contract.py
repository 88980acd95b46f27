import base64
from urllib.parse import quote

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..models.edu_enrollment import DRAFT_STATES
from ..tools.signature import read_signature

# A signed contract shows amounts.
CONTRACT_GROUPS = (
    "edu_catalog.group_edu_counsellor,edu_catalog.group_edu_academic,edu_enrollment.group_edu_cashier"
)
# Only now the terms are fixed.
SIGNABLE_STATES = ("confirmed", "suspended")
SIGNED_BY_MAX = 128


class ReportContract(models.AbstractModel):
    """The contract as a paper (E20): what is printed, and what the payer sees before signing."""

    _name = "report.edu_enrollment.report_contract"
    _description = "Enrolment Contract"

    @api.model
    def _get_report_values(self, docids, data=None):
        enrollments = self.env["edu.enrollment"].browse(docids)
        return {"doc_ids": docids, "doc_model": enrollments._name, "docs": enrollments}

    @api.model
    def _render(self, enrollment):
        """:return: bytes of the PDF; the caller has checked who may read it"""
        report_sudo = self.env["ir.actions.report"].sudo().with_company(enrollment.company_id)
        return report_sudo._render_qweb_pdf("edu_enrollment.report_contract", enrollment.ids)[0]

    @api.model
    def _discounts(self, enrollment):
        """What is taken off the list price: the same lines as on the invoice.

        :return: list of (label, positive amount in the enrolment's currency)
        """
        # sudo: the caller may read the contract, but not invoices.
        lines = self.env["account.move"].sudo()._edu_prepare_invoice_lines(enrollment.sudo())
        return [(line["name"], -line["price_unit"]) for line in lines[1:]]

    @api.model
    def _schedule(self, enrollment):
        """The instalments of the contract: those of its invoices, or before there are any, those of the package.

        :return: list of (due date, amount in the enrolment's currency), in order; they sum to the total
        """
        if enrollment.instalment_ids:
            return [(line.date_maturity, line.amount_currency) for line in enrollment.instalment_ids]
        date = enrollment.date_confirmed or enrollment.campus_id._today()
        # sudo: the caller may read the contract, but not payment terms.
        package_sudo = enrollment.package_id.sudo()
        return package_sudo._instalments(enrollment.amount_total, date, enrollment.amount_untaxed)


class EduEnrollment(models.Model):
    """The contract of an enrolment: approved when its discount is a large one, printed, signed by who pays (E20)."""

    _name = "edu.enrollment"
    _inherit = ["edu.enrollment"]

    approval_state = fields.Selection(
        [("none", "Not needed"), ("pending", "To approve"), ("approved", "Approved")],
        string="Discount Approval",
        compute="_compute_approval_state",
        store=True,
        help="A typed discount above the company's limit is approved by a campus manager before confirmation."
        " It is judged against the list price; promotions beside it were approved when a manager made them.",
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
    signature = fields.Image(
        max_width=1024, max_height=1024, readonly=True, copy=False, groups=CONTRACT_GROUPS
    )
    signed_by = fields.Char(readonly=True, copy=False, help="The name that was written when signing.")
    signed_on = fields.Datetime(string="Contract Signed on", readonly=True, copy=False)
    signed_contract = fields.Binary(
        readonly=True,
        copy=False,
        groups=CONTRACT_GROUPS,
        help="The contract as PDF, exactly as it was signed; whatever is changed later is not in it.",
    )

    _signed_by_somebody = models.Constraint(
        "CHECK ((signed_on IS NULL) = (signed_by IS NULL))", "A signature has a name and a moment."
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
            if enrollment.approval_state and enrollment.state not in DRAFT_STATES:
                # Keep the result of the day of the sale, whatever the limit is now.
                enrollment.approval_state = enrollment.approval_state
                continue
            limit = enrollment.price * enrollment.company_id.discount_approval_rate / 100
            approved = enrollment.amount_approved if enrollment.approved_by_id else -1.0
            if not currency or currency.compare_amounts(discount, limit) <= 0:
                enrollment.approval_state = "none"
            else:
                is_approved = currency.compare_amounts(discount, approved) <= 0
                enrollment.approval_state = "approved" if is_approved else "pending"

    # ------------------------------------------------------------------ paper
    def _contract_discounts(self):
        return self.env["report.edu_enrollment.report_contract"]._discounts(self)

    def _contract_schedule(self):
        return self.env["report.edu_enrollment.report_contract"]._schedule(self)

    def _contract_pdf(self):
        """The contract to be handed out: as it was signed, or as it stands now (E20).

        :return: bytes; the caller has checked who may read it
        """
        self.ensure_one()
        enrollment_sudo = self.sudo()
        if enrollment_sudo.signed_contract:
            return base64.b64decode(enrollment_sudo.signed_contract)
        return self.env["report.edu_enrollment.report_contract"]._render(self)

    def _contract_filename(self):
        self.ensure_one()
        # No slash in a file name.
        return f"{self.env._('Contract %s', self.name.replace('/', '-'))}.pdf"

    # ------------------------------------------------------------------ signature
    def _can_be_signed(self):
        """Whether the contract waits for the signature of its payer (E20)."""
        self.ensure_one()
        return self.state in SIGNABLE_STATES and not self.signed_on

    def _check_signer(self, signer):
        if signer != self.partner_id:
            raise AccessError(
                self.env._("%s is signed by its payer only. Log in as that person.", self.display_name)
            )

    def _check_signable(self):
        if not self._can_be_signed():
            raise UserError(
                self.env._(
                    "%s is not confirmed, or no longer: there is nothing to sign. Ask us about it.",
                    self.display_name,
                )
            )

    @api.model
    def _check_signature(self, name, picture):
        """What came from a browser, as it can be kept.

        :return: name and picture
        :raise UserError: no name, no picture
        """
        name = " ".join(str(name or "").split())
        if not name or len(name) > SIGNED_BY_MAX or not name.isprintable():
            raise UserError(self.env._("Write your name, with at most %s letters, and sign.", SIGNED_BY_MAX))
        try:
            picture = read_signature(picture)
        except ValueError:
            raise UserError(
                self.env._(
                    "This is not the picture of a signature. Draw it into the field, and send it again."
                )
            )
        return name, picture

    # ------------------------------------------------------------------ windows
    def action_print_contract(self):
        """Download the contracts as PDF (E20)."""
        self.check_access("read")
        return self.env.ref("edu_enrollment.edu_enrollment_report_contract").report_action(self)

    def action_open_signed_contract(self):
        """Download the contract as it was signed (E20).

        :raise AccessError: the user may not read the enrolment
        """
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/signed_contract?download=true&filename="
            + quote(self._contract_filename()),
            "target": "download",
        }
