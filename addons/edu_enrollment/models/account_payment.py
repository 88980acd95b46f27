from num2words import num2words

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import get_lang

from .edu_enrollment import DRAFT_STATES

# States in which a payment is money.
POSTED_STATES = ("in_process", "paid")


class AccountPayment(models.Model):
    _inherit = "account.payment"

    enrollment_id = fields.Many2one(
        "edu.enrollment",
        string="Enrolment",
        index="btree_not_null",
        copy=False,
        readonly=True,
        ondelete="restrict",
        help="What the money was received for, or given back from.",
    )
    is_deposit = fields.Boolean(copy=False, readonly=True, help="Taken before the enrolment was confirmed.")
    collect_key = fields.Char(
        copy=False, readonly=True, help="The dialog that made the payment: each makes one."
    )

    _collected_once = models.UniqueIndex(
        "(collect_key) WHERE collect_key IS NOT NULL", "This payment has been registered already."
    )
    _enrollment_direction_idx = models.Index("(enrollment_id, payment_type) WHERE enrollment_id IS NOT NULL")

    def action_post(self):
        """Money that is posted once more is set off once more (E11)."""
        again = self.filtered(lambda payment: payment.move_id.posted_before)
        result = super().action_post()
        # sudo: reconciling follows from posting, which was checked.
        again.enrollment_id.sudo()._apply_open_credit()
        return result

    @api.model
    def _edu_register(self, enrollment, amount, journal, date, memo=None, payment_type="inbound", **values):
        """Post one payment of an enrolment (E11, E12, E15).

        :param float amount: in the enrolment's currency
        :param journal: bank or cash ``account.journal``
        :param date date: day in the books
        :param str payment_type: ``inbound`` received, ``outbound`` given back
        :return: the posted ``account.payment``
        :raise UserError: the day lies in a locked period
        """
        company = enrollment.company_id
        company._edu_check_books_open(date, journal, enrollment.display_name)
        payment = (
            self.with_company(company)
            # A key of Odoo's: make an entry even when the journal has no outstanding account.
            .with_context(force_payment_move=True)
            .create(
                {
                    "enrollment_id": enrollment.id,
                    "payment_type": payment_type,
                    "partner_type": "customer",
                    "partner_id": enrollment.partner_id.id,
                    "amount": amount,
                    "currency_id": enrollment.currency_id.id,
                    "journal_id": journal.id,
                    "company_id": company.id,
                    "date": date,
                    "memo": memo or enrollment.name,
                    **values,
                }
            )
        )
        payment.action_post()
        return payment

    def _edu_amount_in(self, currency):
        """What the payment is in another currency, at the rate of its day.

        :return: float
        """
        self.ensure_one()
        date = self.date or fields.Date.context_today(self)
        return self.currency_id._convert(self.amount, currency, self.company_id, date)

    # ------------------------------------------------------------------ receipt
    def action_print_edu_receipt(self):
        """Download the receipts as PDF."""
        self.check_access("read")
        return self.env.ref("edu_enrollment.account_payment_report_receipt").report_action(self)

    def _edu_receipt_lines(self):
        """What the payment was applied to.

        :return: list of dicts ``invoice``, ``amount`` (applied by this payment, in the currency of the invoice;
            ``None`` where the bank has not confirmed it yet) and ``due`` (left to pay of the invoice)
        """
        self.ensure_one()
        applied = {}
        for partial in self.move_id.line_ids.matched_debit_ids:
            invoice = partial.debit_move_id.move_id
            applied[invoice] = applied.get(invoice, 0.0) + partial.debit_amount_currency
        invoices = self.reconciled_invoice_ids | self.invoice_ids
        return [
            {"invoice": invoice, "amount": applied.get(invoice), "due": invoice.amount_residual}
            for invoice in invoices.sorted("id")
        ]

    def _edu_amount_in_words(self):
        """The amount in words of the language of the print; nothing where no words are known for it."""
        self.ensure_one()
        try:
            num2words(1, lang=get_lang(self.env).iso_code)
        except NotImplementedError:
            return ""
        return self.currency_id.amount_to_text(self.amount)


class EduEnrollment(models.Model):
    """The payments of an enrolment, and the money that no invoice has used yet (E11, E12, E15)."""

    _name = "edu.enrollment"
    _inherit = ["edu.enrollment"]

    payment_ids = fields.One2many(
        "account.payment", "enrollment_id", string="Payments", groups="account.group_account_invoice"
    )
    payment_count = fields.Integer(compute="_compute_payments", store=True)
    deposit_amount = fields.Monetary(
        compute="_compute_payments", store=True, help="Received before the confirmation."
    )
    amount_received = fields.Monetary(
        compute="_compute_payments", store=True, help="Payments received through this enrolment."
    )
    amount_refunded = fields.Monetary(
        compute="_compute_payments", store=True, help="Given back to the payer."
    )

    @api.depends(
        "currency_id",
        "payment_ids.state",
        "payment_ids.amount",
        "payment_ids.currency_id",
        "payment_ids.payment_type",
        "payment_ids.date",
        "payment_ids.is_deposit",
    )
    def _compute_payments(self):
        for enrollment in self:
            posted = enrollment.payment_ids.filtered(lambda payment: payment.state in POSTED_STATES)
            amounts = {payment: payment._edu_amount_in(enrollment.currency_id) for payment in posted}
            received = posted.filtered(lambda payment: payment.payment_type == "inbound")
            enrollment.payment_count = len(posted)
            enrollment.amount_received = sum(amounts[payment] for payment in received)
            enrollment.amount_refunded = sum(amounts[payment] for payment in posted - received)
            enrollment.deposit_amount = sum(amounts[payment] for payment in received if payment.is_deposit)

    @api.constrains("package_id")
    def _check_currency(self):
        """A deposit stays in the currency it was given in: next to a price in another one it would be lost (E12)."""
        for enrollment in self.sudo():
            foreign = enrollment._open_payment_lines(any_currency=True).currency_id - enrollment.currency_id
            if foreign:
                raise ValidationError(
                    self.env._(
                        "%(enrollment)s: the deposit was taken in %(theirs)s, the package is sold in %(ours)s."
                        " Choose a package in that currency, or give the deposit back first.",
                        enrollment=enrollment.display_name,
                        theirs=", ".join(foreign.mapped("name")),
                        ours=enrollment.currency_id.name,
                    )
                )

    def _check_deposit_payer(self):
        """A deposit settles the invoice of the one who gave it (E12)."""
        # sudo: sellers may not open payments, but must know who paid the deposit.
        enrollment_sudo = self.sudo()
        givers_sudo = enrollment_sudo._open_payment_lines().partner_id
        payer_sudo = enrollment_sudo.partner_id
        if givers_sudo.commercial_partner_id - payer_sudo.commercial_partner_id:
            raise UserError(
                self.env._(
                    "%(enrollment)s: the deposit came from %(theirs)s, the payer is %(ours)s."
                    " Set the payer back, or give the deposit back first.",
                    enrollment=enrollment_sudo.display_name,
                    theirs=", ".join(givers_sudo.mapped("display_name")),
                    ours=payer_sudo.display_name,
                )
            )

    def _open_payment_lines(self, any_currency=False):
        """Receivable lines of payments, and of money moved in (E16), that are not set off yet."""
        payments = self.payment_ids.filtered(lambda payment: payment.state in POSTED_STATES)
        moved_in = self.invoice_ids.filtered(lambda move: move.move_type == "entry")
        lines = (payments.move_id | moved_in).line_ids._edu_open_credit()
        if any_currency:
            return lines
        return lines.filtered(lambda line: line.currency_id == line._edu_enrollment().currency_id)

    def _open_credit_lines(self):
        """Whatever the payer may have back without a further credit note: payments and credit notes, oldest first."""
        notes = self.invoice_ids.filtered(
            lambda move: move.move_type == "out_refund" and move.state == "posted"
        )
        credited = notes.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable" and not line.reconciled
        )
        received = self._open_payment_lines().filtered(lambda line: line.balance < 0)
        return (received | credited).sorted(lambda line: (line.date, line.id))

    def _apply_open_credit(self):
        """Set received money off against open instalments, in the order of their due dates (E11, E12)."""
        groups = []
        for enrollment in self:
            received = enrollment._open_payment_lines().filtered(lambda line: line.balance < 0)
            if received:
                still_open = enrollment.instalment_ids.filtered(lambda line: not line.reconciled)
                groups.append(received | still_open)
        self.env["account.move.line"]._edu_set_off(groups)

    def _moved_in(self):
        """Money of other enrolments that waits here for the invoice, in the enrolment's currency (E16)."""
        self.ensure_one()
        lines = self._open_payment_lines().filtered(lambda line: not line.move_id.origin_payment_id)
        return -sum(lines.mapped("amount_residual_currency"))

    def _register_payment(self, amount, journal, date, memo=None, payment_type="inbound", **values):
        """Post one payment of the enrolment; see ``account.payment._edu_register``."""
        self.ensure_one()
        return self.env["account.payment"]._edu_register(
            self, amount, journal, date, memo, payment_type, **values
        )

    def _settle_deposit(self):
        """A deposit of a draft that came to nothing goes back, or stays with the centre (E12)."""
        for enrollment in self:
            if enrollment.currency_id.compare_amounts(enrollment.amount_credit, 0) > 0:
                if enrollment.company_id.edu_deposit_refundable:
                    self.env["edu.refund"]._propose_deposit(enrollment)
                else:
                    self.env["account.move"]._edu_keep_deposit(enrollment)

    def _check_can_collect(self):
        """Money is taken where something is open, or is going to be (E14)."""
        self.ensure_one()
        is_deposit = self.state in DRAFT_STATES
        open_amount = self.amount_total - self.amount_paid if is_deposit else self.amount_due
        if self.currency_id.compare_amounts(open_amount, 0) <= 0:
            raise UserError(
                self.env._(
                    "%s: nothing is open to be paid. Money beyond the invoice needs an enrolment of its own.",
                    self.display_name,
                )
            )

    # ------------------------------------------------------------------ windows
    def action_collect(self):
        """Open the dialog that takes money: a deposit on a draft, a payment afterwards (E11, E12).

        :raise UserError: nothing is open to be paid
        """
        self.ensure_one()
        self.check_access("read")
        self._check_can_collect()
        is_deposit = self.state in DRAFT_STATES
        name = self.env._("Take Deposit") if is_deposit else self.env._("Collect Payment")
        return self._dialog("edu.enrollment.collect", name)

    def action_view_payments(self):
        """Open the payments that were received through the enrolments, or given back (E11, E15)."""
        return self._window("account.action_account_payments", create=False)

    def action_register_payment(self):
        """Open Odoo's payment dialog on the open invoices; it proposes the next instalment (E11, E13)."""
        invoices = self.invoice_ids.filtered(
            lambda move: move.state == "posted" and move.move_type == "out_invoice" and move.amount_residual
        )
        if not invoices:
            raise UserError(self.env._("Nothing is open to be paid. Confirm the enrolment first."))
        action = invoices.action_register_payment()
        # Stay on the enrolment, which shows what the payment settled.
        return action | {"context": {**action["context"], "dont_redirect_to_payments": True}}
