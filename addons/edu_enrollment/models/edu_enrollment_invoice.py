from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class EduEnrollment(models.Model):
    """The invoice of an enrolment, its instalments and its credit notes (E4, E9, E13, E14): all of it Odoo's."""

    _inherit = "edu.enrollment"  # pylint: disable=consider-merging-classes-inherited

    amount_invoiced = fields.Monetary(compute="_compute_amounts", store=True)
    amount_to_invoice = fields.Monetary(compute="_compute_amounts", store=True)
    amount_paid = fields.Monetary(compute="_compute_amounts", store=True, string="Collected")
    amount_due = fields.Monetary(compute="_compute_amounts", store=True, string="Balance Due")
    invoice_ids = fields.One2many("account.move", "enrollment_id", string="Invoices")
    invoice_count = fields.Integer(compute="_compute_invoice_count")
    instalment_ids = fields.Many2many(
        "account.move.line", compute="_compute_instalment_ids", string="Instalments", compute_sudo=True
    )

    # ------------------------------------------------------------------ computes
    @api.depends(
        "amount_total",
        "state",
        "invoice_ids.state",
        "invoice_ids.amount_total",
        "invoice_ids.amount_residual",
        "invoice_ids.move_type",
    )
    def _compute_amounts(self):
        """Money follows accounting (E4, E14): nothing here is typed."""
        for enrollment in self:
            posted = enrollment.invoice_ids.filtered(lambda move: move.state == "posted")
            invoices = posted.filtered(lambda move: move.move_type == "out_invoice")
            refunds = posted.filtered(lambda move: move.move_type == "out_refund")
            total = sum(invoices.mapped("amount_total"))
            enrollment.amount_invoiced = total - sum(refunds.mapped("amount_total"))
            enrollment.amount_due = sum(invoices.mapped("amount_residual")) - sum(
                refunds.mapped("amount_residual")
            )
            enrollment.amount_paid = enrollment.amount_invoiced - enrollment.amount_due
            is_open = enrollment.state not in ("cancelled", "completed")
            # What was credited is not to be invoiced once more.
            enrollment.amount_to_invoice = enrollment.amount_total - total if is_open else 0.0

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

    # ------------------------------------------------------------------ actions
    def action_view_invoices(self):
        """Open the invoices and credit notes of the enrolments (E4)."""
        action = self.env["ir.actions.act_window"]._for_xml_id("account.action_move_out_invoice_type")
        action |= {"domain": [("enrollment_id", "in", self.ids)], "context": {"create": False}}
        if self.invoice_count == 1 and len(self) == 1:
            move = self.env["account.move"].search([("enrollment_id", "=", self.id)])
            action |= {"views": [(False, "form")], "view_mode": "form", "res_id": move.id}
        return action

    def action_register_payment(self):
        """Open Odoo's payment dialog on the open invoices; it proposes the next instalment (E11, E13)."""
        invoices = self.invoice_ids.filtered(
            lambda move: move.state == "posted" and move.move_type == "out_invoice" and move.amount_residual
        )
        if not invoices:
            raise UserError(self.env._("Nothing is open to be paid. Confirm the enrolment first."))
        action = invoices.action_register_payment()
        # Stay here: the enrolment shows what the payment settled.
        return action | {"context": {**action["context"], "dont_redirect_to_payments": True}}

    # ------------------------------------------------------------------ business
    def _create_invoices(self):
        """Write and post one invoice per enrolment that costs something (E9).

        :return: dict enrolment id → ``account.move``
        """
        result = {}
        chargeable = self.filtered(lambda enrollment: not enrollment.currency_id.is_zero(enrollment.price))
        # Also where revenue waits on another account first: it is to be earned there.
        chargeable.package_id._income_accounts()
        for company, enrollments in chargeable.grouped("company_id").items():
            invoices = (
                self.env["account.move"]
                .with_company(company)
                .create([enrollment._prepare_invoice_values() for enrollment in enrollments])
            )
            self._check_instalments(invoices)
            invoices._edu_post()
            result |= {invoice.enrollment_id.id: invoice for invoice in invoices}
        return result

    def _check_instalments(self, invoices):
        """Fixed instalments may be more than what a discount leaves of the price (E13).

        :param invoices: ``account.move`` recordset that is about to be posted
        :raise UserError: naming the terms and the way out
        """
        for invoice in invoices:
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

    def _prepare_invoice_values(self):
        """Values of the customer invoice (E9); discounts are lines of their own, so that typed amounts stay exact."""
        self.ensure_one()
        lines = self._in_payers_language()._prepare_invoice_line_values()
        return {
            "move_type": "out_invoice",
            "enrollment_id": self.id,
            "partner_id": self.partner_id.id,
            "currency_id": self.currency_id.id,
            "company_id": self.company_id.id,
            "invoice_date": self.date_confirmed,
            "invoice_payment_term_id": self.package_id.payment_term_id.id,
            "invoice_origin": self.name,
            "invoice_user_id": self.user_id.id,
            "invoice_line_ids": [Command.create(values) for values in lines],
        }

    def _in_payers_language(self):
        """What stands on paper is read by the payer, as Odoo's own lines of an invoice (X2)."""
        self.ensure_one()
        return self.with_context(lang=self.partner_id.lang or self.env.lang)

    def _prepare_invoice_line_values(self):
        self.ensure_one()
        product = self.package_id.product_id
        common = {
            "product_id": product.id,
            "quantity": 1,
            "tax_ids": [Command.set(self.package_id.tax_ids.ids)],
        }
        lines = [{**common, "name": self._invoice_line_name(), "price_unit": self.price}]
        if not self.currency_id.is_zero(self.discount_amount):
            label = self.env._("Discount %s %%", f"{self.discount_rate:g}")
            lines.append({**common, "name": label, "price_unit": -self.discount_amount})
        return lines

    def _invoice_line_name(self):
        self.ensure_one()
        return " · ".join(
            part
            for part in (self.package_id.name, self.class_id.display_name, self.student_id.display_name)
            if part
        )

    def _book_purchase(self, invoices):
        """Write the hours and their net price into the ledger (E18).

        :param dict invoices: enrolment id → posted ``account.move``
        """
        self.env["edu.ledger.entry"].create(
            [
                {
                    "enrollment_id": enrollment.id,
                    "kind": "purchase",
                    "date": enrollment.date_confirmed,
                    "hours": enrollment.hours_planned,
                    "amount": invoices[enrollment.id].amount_untaxed if enrollment.id in invoices else 0.0,
                    "origin": f"account.move,{invoices[enrollment.id].id}"
                    if enrollment.id in invoices
                    else f"edu.enrollment,{enrollment.id}",
                }
                for enrollment in self
                if enrollment.hours_planned or enrollment.id in invoices
            ]
        )

    def _follow_document(self, move):
        """Book in the ledger what an accountant posted, changed or took back of a document (E14, E18).

        A document that is posted again brings back the hours it had. A new credit note lowers the price; one that
        leaves nothing invoiced takes the hours too, and a new invoice gives them again.

        :param move: ``account.move`` of the enrolment, invoice or credit note, posted or reset to draft
        :raise UserError: what was delivered already would not be paid for; a cancelled enrolment would have hours
        """
        self.ensure_one()
        self._lock()
        origin = f"account.move,{move.id}"
        entries = self.env["edu.ledger.entry"].search(
            [("enrollment_id", "=", self.id), ("origin", "=", origin), ("kind", "!=", "delivery")], order="id"
        )
        hours = amount = 0.0
        if move.state == "posted":
            amount = move.amount_untaxed if move.move_type == "out_invoice" else -move.amount_untaxed
            if entries:
                first = entries.filtered(lambda entry: entry.kind != "adjust") or entries[:1]
                hours = sum(first.mapped("hours"))
            elif move.move_type == "out_invoice":
                hours = max(self.hours_planned - self.hours_left - self.hours_delivered, 0.0)
            elif self.currency_id.is_zero(self._creditable()[0]):
                hours = -max(self.hours_left, 0.0)
        hours -= sum(entries.mapped("hours"))
        amount = self.currency_id.round(amount - sum(entries.mapped("amount")))
        if hours or amount:
            self.env["edu.ledger.entry"].create(
                {
                    "enrollment_id": self.id,
                    "kind": "adjust",
                    "date": self.campus_id._today(),
                    "hours": hours,
                    "amount": amount,
                    "origin": origin,
                }
            )
        self._check_documents(move)
        self._apply_open_credit()

    def _check_documents(self, move):
        """What is left of the documents pays for what was delivered, and a cancelled enrolment has none left.

        :param move: ``account.move`` that is being changed
        :raise UserError: with the way out
        """
        names = {"move": move.display_name, "enrollment": self.display_name}
        if self.currency_id.compare_amounts(self.amount_deferred, 0.0) < 0:
            raise UserError(
                self.env._(
                    "%(move)s: hours worth %(earned)s of %(enrollment)s were delivered already, so as much stays"
                    " invoiced. Take the lessons back in the attendance first, or credit less.",
                    earned=self.currency_id.format(self.amount_delivered + self.amount_expired),
                    **names,
                )
            )
        if self.state == "cancelled" and (self.hours_left > 0 or self.amount_deferred > 0):
            raise UserError(
                self.env._(
                    "%(move)s: %(enrollment)s is cancelled, so its credit stays."
                    " Make a new enrolment to invoice something.",
                    **names,
                )
            )

    def _credit_undelivered(self, kind="refund"):
        """Credit what was invoiced for hours that will not be delivered, and take the hours back (E17, E18).

        :param str kind: of the ledger entries: ``refund``, or ``move_out`` where hours or money go elsewhere
        """
        owed = {
            enrollment.id: enrollment.amount_deferred
            for enrollment in self
            if enrollment.currency_id.compare_amounts(enrollment.amount_deferred, 0.0) > 0
        }
        notes = self._create_credit_notes(owed)
        self._set_off(notes)
        by_enrollment = notes.grouped("enrollment_id")
        entries = []
        for enrollment in self:
            hours, credit = enrollment.hours_left, by_enrollment.get(enrollment)
            if hours > 0 or credit:
                entries.append(
                    {
                        "enrollment_id": enrollment.id,
                        "kind": kind,
                        "date": enrollment.campus_id._today(),
                        "hours": -max(hours, 0.0),
                        "amount": -credit.amount_untaxed if credit else 0.0,
                        "origin": f"account.move,{credit.id}"
                        if credit
                        else f"edu.enrollment,{enrollment.id}",
                    }
                )
        self.env["edu.ledger.entry"].create(entries)

    def _create_credit_notes(self, amounts, totals=None):
        """Credit parts of the invoices. The notes stay open: they are set off, or paid out, afterwards.

        They are worth what it was on the day of the invoice: rates of exchange that moved since are no revenue.

        :param dict amounts: enrolment id → to be credited, without taxes, in its currency
        :param dict totals: the same with taxes; default: their share of what is not credited yet
        :return: the posted ``account.move`` of type ``out_refund``
        """
        notes = self._draft_credit_notes(amounts, totals or {})
        notes._edu_post()
        for note in notes:
            # Not before it is posted: Odoo would set each off by itself.
            note.reversed_entry_id = note.enrollment_id._posted_invoice()
        return notes

    def _draft_credit_notes(self, amounts, totals):
        """The credit notes before they are posted; arguments as of ``_create_credit_notes``."""
        notes = self.env["account.move"]
        # Read at once: below, each enrolment looks at its invoices by itself.
        moves = self.browse(amounts).invoice_ids
        moves.mapped("invoice_line_ids.product_id")
        moves.mapped("line_ids.tax_ids")
        for company, enrollments in self.browse(amounts).grouped("company_id").items():
            notes |= notes.with_company(company).create(
                [
                    enrollment._prepare_credit_note_values(amounts[enrollment.id], totals.get(enrollment.id))
                    for enrollment in enrollments
                ]
            )
        return notes

    def _set_off(self, notes):
        """Set credit notes off against what is open of their invoices, as Odoo does with reversals.

        :param notes: posted ``account.move`` recordset
        """
        plan = []
        for note in notes:
            lines = (note.reversed_entry_id | note).line_ids.filtered(
                lambda line: line.account_id.reconcile and not line.reconciled
            )
            plan += [same for same in lines.grouped("account_id").values() if len(same) > 1]
        self.env["account.move.line"]._reconcile_plan(plan)

    def _posted_invoice(self):
        self.ensure_one()
        return self.invoice_ids.filtered(
            lambda move: move.move_type == "out_invoice" and move.state == "posted"
        )[:1]

    def _prepare_credit_note_values(self, amount, total=None):
        """Values of a credit note; arguments as of ``_prepare_credit_line_values``."""
        self.ensure_one()
        invoice, reader = self._posted_invoice(), self._in_payers_language()
        return {
            **self._prepare_invoice_values(),
            "move_type": "out_refund",
            "invoice_date": self.campus_id._today(),
            # What is taken back was worth what the invoice made of it, in the company's currency too.
            "invoice_currency_rate": invoice.invoice_currency_rate,
            "invoice_payment_term_id": False,
            "ref": reader.env._("Credit for %s", invoice.name),
            "invoice_line_ids": [Command.create(reader._prepare_credit_line_values(invoice, amount, total))],
        }

    def _prepare_credit_line_values(self, invoice, amount, total=None):
        """One line that credits so much, and of each tax what belongs to it; rounding has no say in it.

        :param invoice: the posted ``account.move``
        :param float amount: without taxes, in the enrolment's currency
        :param float total: with taxes; default: their share
        """
        line = invoice.invoice_line_ids.filtered("product_id")[:1]
        amount = self.currency_id.round(amount)
        left, taxes = self._creditable()
        if total is None:
            total = self._with_taxes(amount)
        part = amount / left if left else 0.0
        amounts = {tax: self.currency_id.round(tax_amount * part) for tax, tax_amount in taxes.items()}
        if amounts:
            # What rounding left over is taken by the largest.
            largest = max(amounts, key=lambda tax: abs(amounts[tax]))
            amounts[largest] += total - amount - sum(amounts.values())
        price_unit = amount + sum(value for tax, value in amounts.items() if tax.price_include)
        return {
            "product_id": line.product_id.id,
            "account_id": line.account_id.id,
            "name": self.env._("Hours not delivered: %s", self._invoice_line_name()),
            "quantity": 1,
            "price_unit": price_unit,
            "tax_ids": [Command.set(line.tax_ids.ids)],
            # The way by which Odoo itself fixes the taxes of down payments.
            "extra_tax_data": {
                "currency_id": self.currency_id.id,
                "price_unit": price_unit,
                "discount": 0.0,
                "quantity": 1.0,
                "manual_total_excluded_currency": amount,
                "manual_tax_amounts": {
                    str(tax.id): {"tax_amount_currency": value} for tax, value in amounts.items()
                },
            },
        }

    def _creditable(self):
        """What was invoiced and is not credited yet, in the enrolment's currency.

        :return: amount without taxes, and dict ``account.tax`` → its amount
        """
        self.ensure_one()
        net, taxes = 0.0, {}
        for move in self.invoice_ids.filtered(lambda move: move.state == "posted"):
            sign = {"out_invoice": 1, "out_refund": -1}.get(move.move_type)
            if not sign:
                continue
            net += sign * move.amount_untaxed
            for base_line in move._get_rounded_base_and_tax_lines()[0]:
                for tax_data in base_line["tax_details"]["taxes_data"]:
                    tax = tax_data["tax"]
                    taxes[tax] = taxes.get(tax, 0.0) + sign * tax_data["tax_amount_currency"]
        return net, taxes

    def _with_taxes(self, amount):
        """What an amount of the invoice is with its share of the taxes, in the enrolment's currency.

        Counted from what remains, so that it and the remainder make the whole.

        :param float amount: without taxes, at most what is not credited yet
        """
        self.ensure_one()
        net, taxes = self._creditable()
        total = net + sum(taxes.values())
        currency = self.currency_id
        return currency.round(total - currency.round(total * (net - amount) / net)) if net else amount
