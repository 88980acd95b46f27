from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import float_round

from ..tools import money


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
    edu_ledger_ids = fields.One2many(
        "edu.ledger.entry", "move_id", string="Hours Ledger Entries", readonly=True
    )

    def _edu_post(self):
        """Post entries of enrolments; a locked period is told before Odoo moves them to another day.

        :raise UserError: naming the lock and the way out
        """
        for move in self:
            move.company_id._edu_check_books_open(
                move.date, move.journal_id, move.enrollment_id.display_name, move._affect_tax_report()
            )
        self.action_post()

    def _post(self, soft=True):
        posted = super()._post(soft)
        posted._edu_follow()
        return posted

    def button_draft(self):
        """Money that paid a document of an enrolment is the payer's again until it is posted once more (E14)."""
        result = super().button_draft()
        documents = self._edu_documents()
        documents.line_ids.remove_move_reconcile()
        documents._edu_follow()
        return result

    def _edu_documents(self):
        """Those that are invoices and credit notes of enrolments."""
        return self.filtered(
            lambda move: move.enrollment_id and move.move_type in ("out_invoice", "out_refund")
        )

    def _edu_follow(self):
        """What becomes of the documents of an enrolment is done to its ledger as well (E14, E18)."""
        documents = self._edu_documents()
        if documents:
            # sudo: posting was checked by accounting; the ledger entry follows from it.
            self.env["edu.ledger.entry"].sudo()._follow_documents(documents.sudo())

    def _reverse_moves(self, default_values_list=None, cancel=False):
        """A credit note belongs to the enrolment of the invoice that it reverses."""
        self._check_no_recognition()
        payment = self.origin_payment_id.filtered("enrollment_id")[:1]
        if payment:
            raise UserError(
                self.env._(
                    "%s belongs to an enrolment, which counts it as money. Reset the payment to draft"
                    " and cancel it instead of reversing its entry.",
                    payment.display_name,
                )
            )
        default_values_list = default_values_list or [{} for _move in self]
        for move, values in zip(self, default_values_list, strict=True):
            values.setdefault("enrollment_id", move.enrollment_id.id)
            if move in move._edu_documents():
                # The rate of the invoice, not of today: a change of the exchange rate is no revenue.
                values.setdefault("invoice_currency_rate", move.invoice_currency_rate)
        return super()._reverse_moves(default_values_list, cancel)

    def _check_draftable(self):
        self._check_no_recognition()
        self._check_not_given_back()
        return super()._check_draftable()

    def _check_not_given_back(self):
        """What was paid out or moved on stays as it was (E15, E16).

        :raise UserError: with the way out
        """
        refunds_sudo = (
            self.env["edu.refund"]
            .sudo()
            .search([("payment_id", "in", self.origin_payment_id.ids), ("state", "=", "paid")])
        )
        for move_sudo in self.sudo():
            given_sudo = refunds_sudo.filtered(
                lambda refund, move=move_sudo: refund.payment_id == move.origin_payment_id
            )
            if move_sudo.move_type == "out_refund" and move_sudo.enrollment_id:
                # Partials without an amount are differences of exchange rates: no money went out.
                partials_sudo = move_sudo.line_ids.matched_debit_ids.filtered("credit_amount_currency")
                given_sudo = partials_sudo.debit_move_id.move_id.filtered(
                    lambda entry: entry.move_type != "out_invoice"
                )
            if given_sudo:
                raise UserError(
                    self.env._(
                        "%(move)s: the money was given back or moved on (%(given)s), so it cannot be reset or"
                        " cancelled. If it came back, collect it on the enrolment once more.",
                        move=move_sudo.display_name,
                        given=", ".join(given_sudo.mapped("display_name")),
                    )
                )

    def _check_no_recognition(self):
        """Earned revenue stays posted as long as the ledger says that it was earned (E19).

        :raise UserError: with the way out
        """
        recognized_sudo = (
            self.env["edu.ledger.entry"]
            .sudo()
            .search([("move_id", "in", self.ids), ("kind", "in", ("delivery", "expiry"))], limit=1)
        )
        if recognized_sudo:
            raise UserError(
                self.env._(
                    "%s posts hours of the ledger as earned, so it cannot be reset, cancelled or reversed."
                    " Correct the attendance, which counters the hours, and recognise revenue again:"
                    " the new entry takes the difference back.",
                    recognized_sudo.move_id.display_name,
                )
            )

    # ------------------------------------------------------------------ invoices of enrolments
    @api.model
    def _edu_create_invoices(self, enrollments):
        """Draft one customer invoice per enrolment; its payment terms cut it into instalments (E9, E13).

        :param enrollments: ``edu.enrollment`` that cost something
        :return: ``account.move``, not posted yet
        :raise UserError: no income account, or fixed instalments of more than the total
        """
        # Checked even when revenue is deferred: recognition will post to these accounts.
        enrollments.package_id._income_accounts()
        invoices = self.browse()
        for company, sold in enrollments.grouped("company_id").items():
            invoices |= self.with_company(company).create(
                [self._edu_prepare_invoice(enrollment) for enrollment in sold]
            )
        invoices._edu_check_instalments()
        return invoices

    def _edu_check_instalments(self):
        """Fixed instalments may be more than what a discount leaves of the price (E13).

        :raise UserError: naming the terms and the way out
        """
        for invoice in self:
            instalments = invoice.line_ids.filtered(lambda line: line.display_type == "payment_term")
            if min(instalments.mapped("amount_currency"), default=0) < 0:
                raise UserError(
                    self.env._(
                        "%(enrollment)s: the fixed instalments of “%(term)s” are more than %(total)s, which is all"
                        " that is to be paid. Lower the discount, or choose other payment terms for the package.",
                        enrollment=invoice.enrollment_id.display_name,
                        term=invoice.invoice_payment_term_id.name,
                        total=invoice.currency_id.format(invoice.amount_total),
                    )
                )

    @api.model
    def _edu_prepare_invoice(self, enrollment):
        """Values of the customer invoice of an enrolment (E9); what stands on paper is in the payer's language (X2)."""
        lines = self._edu_prepare_invoice_lines(enrollment._in_payers_language())
        return {
            "move_type": "out_invoice",
            "enrollment_id": enrollment.id,
            "partner_id": enrollment.partner_id.id,
            "currency_id": enrollment.currency_id.id,
            "company_id": enrollment.company_id.id,
            "invoice_date": enrollment.date_confirmed,
            "invoice_payment_term_id": enrollment.package_id.payment_term_id.id,
            "invoice_origin": enrollment.name,
            "invoice_user_id": enrollment.user_id.id,
            "invoice_line_ids": [Command.create(line) for line in lines],
        }

    @api.model
    def _edu_prepare_invoice_lines(self, enrollment):
        """The package at its price, and a line for each discount, so that typed amounts stay exact (E5, E9).

        All of it goes to the account of deferred revenue where there is one (E19).

        :return: list of dicts of values, in the language of the enrolment's environment
        """
        package, currency = enrollment.package_id, enrollment.currency_id
        common = {
            "product_id": package.product_id.id,
            "quantity": 1,
            "tax_ids": [Command.set(package.tax_ids.ids)],
        }
        # sudo: sellers may not read accounts.
        if account_sudo := enrollment.sudo().deferred_account_id:
            common["account_id"] = account_sudo.id
        lines = [{**common, "name": self._edu_line_name(enrollment), "price_unit": enrollment.price}]
        typed = enrollment.env._("Discount %s %%", f"{enrollment.discount_rate:g}")
        discounts = [(typed, enrollment.discount_amount)]
        discounts += [
            (
                enrollment.env._(
                    "%(promotion)s (%(rate)s %%)",
                    promotion=promotion.display_name,
                    rate=f"{promotion.discount_rate:g}",
                ),
                amount,
            )
            for promotion, amount in enrollment._promotion_amounts().items()
        ]
        lines += [
            {**common, "name": name, "price_unit": -amount}
            for name, amount in discounts
            if not currency.is_zero(amount)
        ]
        return lines

    @api.model
    def _edu_line_name(self, enrollment):
        records = (enrollment.package_id, enrollment.class_id, enrollment.student_id)
        return " · ".join(record.display_name for record in records if record)

    # ------------------------------------------------------------------ credit notes of enrolments
    @api.model
    def _edu_create_credit_notes(self, amounts, totals=None):
        """Draft credit notes over parts of the invoices.

        They are worth what it was on the day of the invoice: rates of exchange that moved since are no revenue.

        :param dict amounts: ``edu.enrollment`` → to be credited, without taxes, in its currency
        :param dict totals: the same with taxes; default: their share of what is not credited yet
        :return: ``account.move`` of type ``out_refund``, not posted yet
        """
        notes = self.browse()
        enrollments = self.env["edu.enrollment"].concat(*amounts)
        # Prefetch for the loop below.
        enrollments.invoice_ids.mapped("invoice_line_ids.product_id")
        enrollments.invoice_ids.mapped("line_ids.tax_ids")
        for company, credited in enrollments.grouped("company_id").items():
            notes |= self.with_company(company).create(
                [
                    self._edu_prepare_credit_note(
                        enrollment, amounts[enrollment], (totals or {}).get(enrollment)
                    )
                    for enrollment in credited
                ]
            )
        # In the company's currency, credit exactly what stands on the deferred account.
        foreign = notes.filtered(
            lambda note: (
                note.enrollment_id.deferred_account_id and note.currency_id != note.company_id.currency_id
            )
        )
        worths = self.env["edu.ledger.entry"]._deferred_worths(
            {enrollment.id: amounts[enrollment] for enrollment in foreign.enrollment_id}
        )
        for note in foreign:
            note.invoice_line_ids.balance = worths[note.enrollment_id.id]
        return notes

    @api.model
    def _edu_prepare_credit_note(self, enrollment, amount, total=None):
        """Values of a credit note; arguments as of ``account.move.line._edu_prepare_credit_line``."""
        invoice, reader = enrollment.invoice_ids._edu_posted_invoice(), enrollment._in_payers_language()
        line = self.env["account.move.line"]._edu_prepare_credit_line(reader, invoice, amount, total)
        return {
            **self._edu_prepare_invoice(enrollment),
            "move_type": "out_refund",
            "invoice_date": enrollment.campus_id._today(),
            # The rate of the invoice, so that the company's currency agrees as well.
            "invoice_currency_rate": invoice.invoice_currency_rate,
            "invoice_payment_term_id": False,
            "ref": reader.env._("Credit for %s", invoice.name),
            "invoice_line_ids": [Command.create(line)],
        }

    @api.model
    def _edu_credit_undelivered(self, enrollments, kind):
        """Credit what was invoiced for hours that will not be delivered, and take the hours back (E17, E18).

        :param enrollments: ``edu.enrollment``
        :param str kind: of the ledger entries: ``refund``, or ``move_out`` where hours or money go elsewhere
        """
        owed = {
            enrollment: enrollment.amount_deferred
            for enrollment in enrollments
            if enrollment.currency_id.compare_amounts(enrollment.amount_deferred, 0.0) > 0
        }
        notes = self._edu_create_credit_notes(owed)
        note_of = {note.enrollment_id: note for note in notes}
        self.env["edu.ledger.entry"]._book(
            [
                {
                    "enrollment_id": enrollment.id,
                    "kind": kind,
                    "hours": -max(enrollment.hours_left, 0.0),
                    "amount": -note.amount_untaxed,
                    "origin": note and f"account.move,{note.id}",
                }
                for enrollment in enrollments
                for note in [note_of.get(enrollment, self.browse())]
                if enrollment.hours_left > 0 or note
            ]
        )
        notes._edu_post_credit_notes()
        notes._edu_set_off_credit_notes()

    @api.model
    def _edu_credit_part(self, enrollment, amount, kind):
        """Credit hours not delivered, so that so much can be paid out, and take them back in proportion (E15, E16).

        The note stays open for the payment: what is not paid of the invoice stays to be paid.

        :param enrollment: ``edu.enrollment``
        :param float amount: taxes included, in the enrolment's currency
        :param str kind: of the ledger entry: ``refund``, or ``move_out`` where the money goes elsewhere
        :return: the posted credit note, of that amount
        """
        currency, deferred = enrollment.currency_id, enrollment.amount_deferred
        left, taxes = enrollment.invoice_ids._edu_creditable()
        left_taxed = left + sum(taxes.values())
        net = deferred
        whole = money.with_taxes(deferred, left, left_taxed, currency.rounding)
        if currency.compare_amounts(amount, whole) < 0:
            net = currency.round(amount * left / left_taxed)
            # Leave one unit: a later credit note needs a base for the taxes that are left.
            net = max(min(net, currency.round(deferred - currency.rounding)), 0.0)
        note = self._edu_create_credit_notes({enrollment: net}, {enrollment: amount})
        hours = enrollment.hours_left
        if currency.compare_amounts(note.amount_untaxed, deferred) < 0:
            hours = float_round(hours * note.amount_untaxed / deferred, precision_digits=2)
        self.env["edu.ledger.entry"]._book(
            [
                {
                    "enrollment_id": enrollment.id,
                    "kind": kind,
                    "hours": -max(hours, 0.0),
                    "amount": -note.amount_untaxed,
                    "origin": f"account.move,{note.id}",
                }
            ]
        )
        note._edu_post_credit_notes()
        return note

    def _edu_post_credit_notes(self):
        """Post credit notes. They stay open: they are set off, or paid out, afterwards."""
        self._edu_post()
        for note in self:
            # Set after posting: Odoo reconciles a reversal with its invoice while posting.
            note.reversed_entry_id = note.enrollment_id.invoice_ids._edu_posted_invoice()

    def _edu_set_off_credit_notes(self):
        """Set posted credit notes off against what is open of their invoices, as Odoo does with reversals."""
        self.env["account.move.line"]._edu_set_off(
            (note.reversed_entry_id | note).line_ids.filtered(
                lambda line: line.account_id.reconcile and not line.reconciled
            )
            for note in self
        )

    def _edu_posted_invoice(self):
        """The first posted invoice among these documents of an enrolment."""
        return self.filtered(lambda move: move.move_type == "out_invoice" and move.state == "posted")[:1]

    def _edu_creditable(self):
        """What these documents of an enrolment invoiced and did not credit yet.

        :return: amount without taxes in their currency, and dict ``account.tax`` → its amount
        """
        net, taxes = 0.0, {}
        signs = {"out_invoice": 1, "out_refund": -1}
        for move in self.filtered(lambda move: move.state == "posted" and move.move_type in signs):
            sign = signs[move.move_type]
            net += sign * move.amount_untaxed
            for base_line in move._get_rounded_base_and_tax_lines()[0]:
                for tax_data in base_line["tax_details"]["taxes_data"]:
                    tax = tax_data["tax"]
                    taxes[tax] = taxes.get(tax, 0.0) + sign * tax_data["tax_amount_currency"]
        return net, taxes

    # ------------------------------------------------------------------ entries of enrolments
    @api.model
    def _edu_keep_deposit(self, enrollment):
        """Post the entry by which a deposit that is not given back becomes other income (E12).

        :return: the posted ``account.move``
        :raise UserError: no income account is set
        """
        company, currency = enrollment.company_id, enrollment.currency_id
        account = company.edu_deposit_account_id
        if not account:
            raise UserError(
                self.env._(
                    "%(enrollment)s: the deposit stays with %(company)s, and no account is set for it."
                    " Set “Account for Kept Deposits” in the settings under Invoicing, Education.",
                    enrollment=enrollment.display_name,
                    company=company.name,
                )
            )
        credit = enrollment._open_credit_lines()
        sides = [(receivable, same, -1) for receivable, same in credit.grouped("account_id").items()]
        move = self.with_company(company).create(
            {
                "move_type": "entry",
                "enrollment_id": enrollment.id,
                "company_id": company.id,
                "date": enrollment.campus_id._today(),
                "ref": self.env._("Deposit kept: %s", enrollment.name),
                "line_ids": [
                    Command.create(
                        {
                            "currency_id": currency.id,
                            "partner_id": credit.partner_id[:1].id,
                            "account_id": side.id,
                            "amount_currency": sign * sum(lines.mapped("amount_residual_currency")),
                            "balance": sign * sum(lines.mapped("amount_residual")),
                        }
                    )
                    for side, lines, sign in [*sides, (account, credit, 1)]
                ],
            }
        )
        move._edu_post()
        kept = move.line_ids.filtered(lambda line: line.account_id in credit.account_id)
        self.env["account.move.line"]._edu_set_off([credit | kept])
        return move

    @api.model
    def _edu_move_money(self, source, target, amount, fee, date):
        """Post the entry that moves open credit to another enrolment's payer, and reconcile both sides (E16).

        :param source: ``edu.enrollment`` whose payer has the credit
        :param target: ``edu.enrollment`` of the same company and currency
        :param float amount: taken from the source, the fee included, in its currency
        :param float fee: what the centre keeps of it
        :param date date: day in the books
        :return: the posted ``account.move``; empty for no amount
        :raise UserError: a locked period, no account for the fee
        """
        currency, company = source.currency_id, source.company_id
        credit = source._open_credit_lines()
        # Rounding of taxes may leave slightly less credit than was asked for.
        amount = min(amount, -sum(credit.mapped("amount_residual_currency")))
        if currency.compare_amounts(amount, 0) <= 0:
            return self.browse()
        journal = company._edu_recognition_journal()
        company._edu_check_books_open(date, journal, source.display_name)
        lines = self.env["account.move.line"]._edu_prepare_move_lines(
            source, target, credit, amount, min(fee, amount)
        )
        move = self.with_company(company).create(
            {
                "move_type": "entry",
                "enrollment_id": target.id,
                "company_id": company.id,
                "journal_id": journal.id,
                "date": date,
                "ref": f"{source.name} → {target.name}",
                "line_ids": [Command.create({"currency_id": currency.id, **values}) for values in lines],
            }
        )
        move.action_post()
        taken = move.line_ids.filtered(lambda line: line.amount_currency > 0)
        self.env["account.move.line"]._edu_set_off([credit | taken])
        if not target.moved_from_id:
            target.moved_from_id = source
        target._apply_open_credit()
        return move


class EduEnrollment(models.Model):
    """The documents of an enrolment, and what they say is invoiced, collected and due (E4, E13, E14)."""

    _name = "edu.enrollment"
    _inherit = ["edu.enrollment"]

    invoice_ids = fields.One2many("account.move", "enrollment_id", string="Invoices")
    invoice_count = fields.Integer(compute="_compute_invoice_count")
    instalment_ids = fields.Many2many(
        "account.move.line", compute="_compute_instalment_ids", string="Instalments", compute_sudo=True
    )
    # A copy of the setting on the day of the invoice: changing the setting later must not affect posted invoices.
    deferred_account_id = fields.Many2one(
        "account.account",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        groups="account.group_account_readonly,account.group_account_invoice",
        help="Where the revenue of this enrolment waits until it is earned. Empty: it was earned when invoiced.",
    )
    amount_invoiced = fields.Monetary(compute="_compute_amounts", store=True)
    amount_to_invoice = fields.Monetary(compute="_compute_amounts", store=True)
    amount_paid = fields.Monetary(compute="_compute_amounts", store=True, string="Collected")
    amount_due = fields.Monetary(compute="_compute_amounts", store=True, string="Balance Due")
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
        "amount_total",
        "state",
        "invoice_ids.state",
        "invoice_ids.amount_total",
        "invoice_ids.amount_residual",
        "invoice_ids.move_type",
        "invoice_ids.line_ids.amount_residual_currency",
        "payment_ids.state",
        "payment_ids.move_id.state",
        "payment_ids.move_id.line_ids.amount_residual",
        "payment_ids.move_id.line_ids.amount_residual_currency",
    )
    def _compute_amounts(self):
        """Money follows accounting (E4, E14): nothing here is typed.

        What was received and is not set off yet counts as collected, and against what is due.
        """
        # Prefetch for the loop below.
        lines = self.invoice_ids.line_ids
        settled = lines.matched_credit_ids.credit_move_id | lines.matched_debit_ids.debit_move_id
        settled.move_id.mapped("journal_id.type")
        for enrollment in self:
            posted = enrollment.invoice_ids.filtered(lambda move: move.state == "posted")
            invoices = posted.filtered(lambda move: move.move_type == "out_invoice")
            notes = posted.filtered(lambda move: move.move_type == "out_refund")
            unused = -sum(enrollment._open_payment_lines().mapped("amount_residual_currency"))
            receivable = (invoices | notes).line_ids.filtered(
                lambda line: line.account_id.account_type == "asset_receivable"
            )
            written_off = receivable._edu_settled_without_money()
            if receivable:  # a form that is being filled in has no currency yet
                written_off = enrollment.currency_id.round(written_off)
            total, credited = sum(invoices.mapped("amount_total")), sum(notes.mapped("amount_total"))
            note_residual = sum(notes.mapped("amount_residual"))
            due = sum(invoices.mapped("amount_residual")) - note_residual
            is_open = enrollment.state not in ("cancelled", "completed")
            enrollment.amount_invoiced = total - credited
            # Credit notes do not count here: what was credited is not invoiced again.
            enrollment.amount_to_invoice = enrollment.amount_total - total if is_open else 0.0
            enrollment.amount_due = due - unused
            enrollment.amount_paid = total - credited - due + unused - written_off
            enrollment.amount_credit = unused + note_residual
            enrollment.amount_written_off = written_off

    def _compute_invoice_count(self):
        counts = dict(
            self.env["account.move"]
            .sudo()
            ._read_group([("enrollment_id", "in", self.ids)], ["enrollment_id"], ["__count"])
        )
        for enrollment in self:
            enrollment.invoice_count = counts.get(enrollment, 0)

    @api.depends("invoice_ids.line_ids.display_type", "invoice_ids.state")
    def _compute_instalment_ids(self):
        lines = self.env["account.move.line"].search(
            [
                ("move_id.enrollment_id", "in", self.ids),
                ("move_id.move_type", "=", "out_invoice"),
                ("display_type", "=", "payment_term"),
                ("parent_state", "=", "posted"),
            ],
            order="date_maturity, id",
        )
        grouped = lines.grouped("enrollment_id")
        for enrollment in self:
            enrollment.instalment_ids = grouped.get(enrollment._origin, lines.browse())

    # ------------------------------------------------------------------ windows
    def action_view_invoices(self):
        """Open the invoices and credit notes of the enrolments (E4)."""
        action = self._window("account.action_move_out_invoice_type", create=False)
        if self.invoice_count == 1 and len(self) == 1:
            move = self.env["account.move"].search([("enrollment_id", "=", self.id)])
            action |= {"views": [(False, "form")], "view_mode": "form", "res_id": move.id}
        return action
