import base64
from urllib.parse import quote

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..tools.signature import read_signature

# What stands on a signed contract is for those who see money.
CONTRACT_GROUPS = (
    "edu_catalog.group_edu_counsellor,edu_catalog.group_edu_academic,edu_enrollment.group_edu_cashier"
)
# Terms are fixed once the enrolment is confirmed; nobody signs what may still change.
SIGNABLE_STATES = ("confirmed", "suspended")
SIGNED_BY_MAX = 128


class EduEnrollment(models.Model):
    """The contract (E20): approved when its discount is a large one, printed, signed by who pays."""

    _inherit = "edu.enrollment"  # pylint: disable=consider-merging-classes-inherited

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

    def write(self, vals):
        """What was approved was so for that student and package (E20)."""
        others = self.filtered(
            lambda enrollment: (
                enrollment.approved_by_id
                and enrollment.state in ("draft", "waiting")
                and any(
                    name in vals and enrollment[name].id != vals[name]
                    for name in ("student_id", "package_id")
                )
            )
        )
        result = super().write(vals)
        if others:
            others.sudo().write({"approved_by_id": False, "date_approved": False, "amount_approved": 0.0})
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

    def _contract_filename(self):
        self.ensure_one()
        # A slash would be a folder.
        return f"{self.env._('Contract %s', self.name.replace('/', '-'))}.pdf"

    def _contract_pdf(self):
        """The contract to be handed out: as it was signed, or as it stands now (E20).

        :return: bytes; the caller has checked who may read it
        """
        self.ensure_one()
        enrollment_sudo = self.sudo()
        if enrollment_sudo.signed_contract:
            return base64.b64decode(enrollment_sudo.signed_contract)
        report = self.env["ir.actions.report"].sudo().with_company(self.company_id)
        return report._render_qweb_pdf("edu_enrollment.report_contract", self.ids)[0]

    def _can_be_signed(self):
        """Whether the contract waits for the signature of its payer (E20)."""
        self.ensure_one()
        return self.state in SIGNABLE_STATES and not self.signed_on

    def _sign_contract(self, signer, name, picture):
        """Put the payer's signature under the contract and keep the signed PDF; the chatter tells of it (E20).

        The one who comes second, with a double click or in another browser, waits on the enrolment's row, starts
        again on the new truth and changes nothing.

        :param signer: ``res.partner`` who signs; must be the payer
        :param str name: as written by the signer
        :param str picture: PNG or JPEG, base64, as the browser sends it; nothing of it is certain
        :return: whether it was signed now; not when it had been before
        :raise AccessError: somebody else than the payer
        :raise UserError: nothing to be signed, no name, no picture
        """
        self.ensure_one()
        self._lock()
        if signer != self.partner_id:
            raise AccessError(
                self.env._("%s is signed by its payer only. Log in as that person.", self.display_name)
            )
        if self.signed_on:
            return False
        if not self._can_be_signed():
            raise UserError(
                self.env._(
                    "%s is not confirmed, or no longer: there is nothing to sign. Ask us about it.",
                    self.display_name,
                )
            )
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
        enrollment_sudo = self.sudo()
        enrollment_sudo.write({"signature": picture, "signed_by": name, "signed_on": fields.Datetime.now()})
        # The paper is drawn from what the database says.
        enrollment_sudo.flush_recordset()
        enrollment_sudo.signed_contract = base64.b64encode(enrollment_sudo._contract_pdf())
        # Read by the staff, whatever the language of the one who signs. The PDF itself is not attached: the
        # chatter is open to teachers as well, who see no money.
        house_sudo = enrollment_sudo.with_context(lang=self.company_id.partner_id.lang)
        house_sudo.message_post(
            body=house_sudo.env._("The contract was signed by %s.", name),
            author_id=signer.id,
            subtype_xmlid="mail.mt_note",
        )
        return True

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
