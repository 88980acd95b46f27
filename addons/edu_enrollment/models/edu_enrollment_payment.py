from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

POSTED = ("in_process", "paid")


class EduEnrollment(models.Model):
    """Money that comes and goes: payments, deposits, open credit, refunds (E11, E12, E15).

    At every moment received = applied + open credit + refunded, in the enrolment's currency.
    """

    _inherit = "edu.enrollment"  # pylint: disable=consider-merging-classes-inherited

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
    amount_credit = fields.Monetary(
        compute="_compute_amounts",
        store=True,
        string="Open Credit",
        help="The payer's money that no invoice has used yet.",
    )
    amount_written_off = fields.Monetary(
        compute="_compute_amounts",
        store=True,
        string="Settled Without Money",
        help="Written off, discounted for early payment, or set off in accounting against an entry that is no"
        " enrolment's or not posted.",
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
            posted = enrollment.payment_ids.filtered(lambda payment: payment.state in POSTED)
            amounts = {payment: enrollment._amount_of(payment) for payment in posted}
            received = posted.filtered(lambda payment: payment.payment_type == "inbound")
            enrollment.payment_count = len(posted)
            enrollment.amount_received = sum(amounts[payment] for payment in received)
            enrollment.amount_refunded = sum(amounts[payment] for payment in posted - received)
            enrollment.deposit_amount = sum(amounts[payment] for payment in received if payment.is_deposit)

    def _amount_of(self, payment):
        """What a payment is in the enrolment's currency, at the rate of its day."""
        self.ensure_one()
        return payment.currency_id._convert(
            payment.amount,
            self.currency_id,
            payment.company_id,
            payment.date or fields.Date.context_today(self),
        )

    @api.depends(
        "payment_ids.state",
        "payment_ids.move_id.state",
        "payment_ids.move_id.line_ids.amount_residual",
        "payment_ids.move_id.line_ids.amount_residual_currency",
        "invoice_ids.line_ids.amount_residual_currency",
    )
    def _compute_amounts(self):
        """What was received and is not set off yet counts as collected, and against what is due."""
        result = super()._compute_amounts()
        # Read at once: below, each enrolment looks at its own.
        lines = self.invoice_ids.line_ids
        settled = lines.matched_credit_ids.credit_move_id | lines.matched_debit_ids.debit_move_id
        settled.move_id.mapped("journal_id.type")
        for enrollment in self:
            unused = -sum(enrollment._open_payment_lines().mapped("amount_residual_currency"))
            notes = enrollment.invoice_ids.filtered(
                lambda move: move.state == "posted" and move.move_type == "out_refund"
            )
            enrollment.amount_credit = unused + sum(notes.mapped("amount_residual"))
            enrollment.amount_written_off = enrollment._written_off()
            enrollment.amount_paid += unused - enrollment.amount_written_off
            enrollment.amount_due -= unused
        return result

    def _written_off(self):
        """What was settled of the invoices and credit notes by something that is no money (E4, E15).

        :return: float, in the enrolment's currency
        """
        self.ensure_one()
        documents = self.invoice_ids.filtered(
            lambda move: move.state == "posted" and move.move_type in ("out_invoice", "out_refund")
        )
        if not documents:
            # A form that is being filled in has no currency yet.
            return 0.0
        lines = documents.line_ids.filtered(lambda line: line.account_id.account_type == "asset_receivable")
        invoiced = sum(
            partial.debit_amount_currency * partial.credit_move_id._share_without_money()
            for partial in lines.matched_credit_ids
        )
        credited = sum(
            partial.credit_amount_currency * partial.debit_move_id._share_without_money()
            for partial in lines.matched_debit_ids
        )
        return self.currency_id.round(invoiced - credited)

    # ------------------------------------------------------------------ checks
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

    def _check_can_confirm(self):
        """A deposit settles the invoice of the one who gave it (E12)."""
        result = super()._check_can_confirm()
        # Once more: the currency may have been changed on the package.
        self._check_currency()
        for enrollment in self.sudo():
            lines = enrollment._open_payment_lines()
            if lines.partner_id.commercial_partner_id - enrollment.partner_id.commercial_partner_id:
                raise UserError(
                    self.env._(
                        "%(enrollment)s: the deposit came from %(theirs)s, the payer is %(ours)s."
                        " Set the payer back, or give the deposit back first.",
                        enrollment=enrollment.display_name,
                        theirs=", ".join(lines.partner_id.mapped("display_name")),
                        ours=enrollment.partner_id.display_name,
                    )
                )
        return result

    # ------------------------------------------------------------------ actions
    def action_confirm(self):
        """Confirm, and set the deposits off against the new invoices, oldest instalment first (E12)."""
        result = super().action_confirm()
        # Confirming has checked the rights.
        self.sudo()._apply_open_credit()
        return result

    def action_cancel(self, reason=None):
        """Cancel; a deposit goes back or stays with the centre, as the company has set (E12)."""
        self.check_access("write")
        self._lock()
        drafts = self.filtered(lambda enrollment: enrollment.state in ("draft", "waiting"))
        result = super().action_cancel(reason)
        # The rights were checked above; a counsellor may not write entries, but may cause this one.
        for enrollment_sudo in drafts.sudo():
            if enrollment_sudo.currency_id.compare_amounts(enrollment_sudo.amount_credit, 0) > 0:
                if enrollment_sudo.company_id.edu_deposit_refundable:
                    enrollment_sudo._propose_deposit_refund()
                else:
                    enrollment_sudo._keep_deposit()
        return result

    def action_collect(self):
        """Open the dialog that takes money: a deposit on a draft, a payment afterwards (E11, E12).

        :raise UserError: nothing is open to be paid
        """
        self.ensure_one()
        self.check_access("read")
        self._check_can_collect()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Take Deposit")
            if self.state in ("draft", "waiting")
            else self.env._("Collect Payment"),
            "res_model": "edu.enrollment.collect",
            "view_mode": "form",
            "target": "new",
            "context": {"default_enrollment_id": self.id},
        }

    def action_view_payments(self):
        """Open the payments that were received through the enrolments, or given back (E11, E15)."""
        action = self.env["ir.actions.act_window"]._for_xml_id("account.action_account_payments")
        return action | {"domain": [("enrollment_id", "in", self.ids)], "context": {"create": False}}

    # ------------------------------------------------------------------ business
    def _check_can_collect(self):
        """Money is taken where something is open, or is going to be (E14)."""
        self.ensure_one()
        if self.state in ("draft", "waiting"):
            open_amount = self.amount_total - self.amount_paid
        else:
            open_amount = self.amount_due
        if self.currency_id.compare_amounts(open_amount, 0) <= 0:
            raise UserError(
                self.env._(
                    "%s: nothing is open to be paid. Money beyond the invoice needs an enrolment of its own.",
                    self.display_name,
                )
            )

    def _open_payment_lines(self, any_currency=False):
        """Receivable lines of payments, and of money moved in (E16), that are not set off yet."""
        payments = self.payment_ids.filtered(lambda payment: payment.state in POSTED)
        moved_in = self.invoice_ids.filtered(lambda move: move.move_type == "entry")
        return (payments.move_id | moved_in).line_ids.filtered(
            lambda line: (
                line.account_id.account_type == "asset_receivable"
                and line.parent_state == "posted"
                and not line.reconciled
                # The other side of a move is set off on the enrolment where the money came from.
                and (line.move_id.origin_payment_id or line.balance < 0)
                and (any_currency or line.currency_id == line._edu_enrollment().currency_id)
            )
        )

    def _open_credit_lines(self):
        """Whatever the payer may have back without a further credit note: payments and credit notes."""
        notes = self.invoice_ids.filtered(
            lambda move: move.move_type == "out_refund" and move.state == "posted"
        )
        return (
            self._open_payment_lines().filtered(lambda line: line.balance < 0)
            | notes.line_ids.filtered(
                lambda line: line.account_id.account_type == "asset_receivable" and not line.reconciled
            )
        ).sorted(lambda line: (line.date, line.id))

    def _apply_open_credit(self):
        """Set received money off against open instalments, in the order of their due dates (E11, E12)."""
        plan = []
        for enrollment in self:
            received = enrollment._open_payment_lines().filtered(lambda line: line.balance < 0)
            if not received:
                continue
            lines = received | enrollment.instalment_ids.filtered(lambda line: not line.reconciled)
            plan += [same for same in lines.grouped("account_id").values() if len(same) > 1]
        self.env["account.move.line"]._reconcile_plan(plan)

    def _register_payment(self, amount, journal, date, memo=None, payment_type="inbound", **values):
        """Post one payment of the enrolment (E11, E12, E15).

        :param float amount: in the enrolment's currency
        :param journal: bank or cash ``account.journal``
        :param date date: day in the books
        :param str payment_type: ``inbound`` received, ``outbound`` given back
        :return: the posted ``account.payment``
        :raise UserError: the day lies in a locked period
        """
        self.ensure_one()
        company = self.company_id
        company._edu_check_books_open(date, journal, self.display_name)
        payment = (
            self.env["account.payment"]
            .with_company(company)
            .with_context(force_payment_move=True)
            .create(
                {
                    "enrollment_id": self.id,
                    "payment_type": payment_type,
                    "partner_type": "customer",
                    "partner_id": self.partner_id.id,
                    "amount": amount,
                    "currency_id": self.currency_id.id,
                    "journal_id": journal.id,
                    "company_id": company.id,
                    "date": date,
                    "memo": memo or self.name,
                    **values,
                }
            )
        )
        payment.action_post()
        return payment

    def _propose_deposit_refund(self):
        """The deposit of a draft that came to nothing goes back, once a manager agrees (E12)."""
        self.ensure_one()
        return self.env["edu.refund"].create(
            {
                "enrollment_id": self.id,
                "amount": self.amount_credit,
                "reason": self.env._("Deposit of a cancelled enrolment"),
                "user_id": self.user_id.id,
            }
        )

    def _keep_deposit(self):
        """A deposit that is not given back becomes other income (E12).

        :raise UserError: no income account is set
        """
        self.ensure_one()
        company = self.company_id
        account = company.edu_deposit_account_id
        if not account:
            raise UserError(
                self.env._(
                    "%(enrollment)s: the deposit stays with %(company)s, and no account is set for it."
                    " Set “Account for Kept Deposits” in the settings under Invoicing, Education.",
                    enrollment=self.display_name,
                    company=company.name,
                )
            )
        lines = self._open_credit_lines()
        currency = self.currency_id
        amounts = {"currency_id": currency.id, "partner_id": lines.partner_id[:1].id}
        today = fields.Date.context_today(self)
        move = (
            self.env["account.move"]
            .with_company(company)
            .create(
                {
                    "move_type": "entry",
                    "enrollment_id": self.id,
                    "company_id": company.id,
                    "date": today,
                    "ref": self.env._("Deposit kept: %s", self.name),
                    "line_ids": [
                        Command.create(
                            {
                                **amounts,
                                "account_id": receivable.id,
                                "amount_currency": -sum(same.mapped("amount_residual_currency")),
                                "balance": -sum(same.mapped("amount_residual")),
                            }
                        )
                        for receivable, same in lines.grouped("account_id").items()
                    ]
                    + [
                        Command.create(
                            {
                                **amounts,
                                "account_id": account.id,
                                "amount_currency": sum(lines.mapped("amount_residual_currency")),
                                "balance": sum(lines.mapped("amount_residual")),
                            }
                        )
                    ],
                }
            )
        )
        move._edu_post()
        kept = move.line_ids.filtered(lambda line: line.account_id in lines.account_id)
        for same in (lines | kept).grouped("account_id").values():
            same.reconcile()
        return move
