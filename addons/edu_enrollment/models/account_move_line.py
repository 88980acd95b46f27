from odoo import api, fields, models
from odoo.fields import Command, Domain

from ..tools import money


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    enrollment_id = fields.Many2one(related="move_id.enrollment_id", string="Enrolment")
    instalment_state = fields.Selection(
        [("paid", "Paid"), ("credited", "Credited"), ("unpaid", "Unpaid"), ("overdue", "Overdue")],
        compute="_compute_instalment_state",
        compute_sudo=True,
        search="_search_instalment_state",
        help="State of an instalment: a receivable line of a customer invoice. Read from what is left to pay."
        " Credited: taken back by credit notes alone, nobody paid it.",
    )

    @api.depends(
        "amount_residual", "amount_residual_currency", "date_maturity", "display_type", "parent_state"
    )
    @api.depends_context("tz")
    def _compute_instalment_state(self):
        # Of a line that is no enrolment's, the day is the user's.
        campuses = self.move_id.enrollment_id.campus_id
        today = {campus: campus._today() for campus in (*campuses, campuses.browse())}
        # Computed with sudo: users may read the line, but not the payments that settled it.
        credited = self._credited()
        for line in self:
            if line.display_type != "payment_term" or line.parent_state != "posted":
                line.instalment_state = False
            elif line.currency_id.is_zero(line.amount_residual_currency):
                line.instalment_state = "credited" if line in credited else "paid"
            elif line.date_maturity and line.date_maturity < today[line.move_id.enrollment_id.campus_id]:
                line.instalment_state = "overdue"
            else:
                line.instalment_state = "unpaid"

    def _credited(self):
        """Those of the lines that credit notes alone settled. A difference of exchange rates settles nothing."""
        settling = self.matched_credit_ids.filtered("debit_amount_currency")
        notes = settling.filtered(lambda partial: partial.credit_move_id.move_id.move_type == "out_refund")
        return notes.debit_move_id - (settling - notes).debit_move_id

    def _edu_enrollment(self):
        """The enrolment that an entry belongs to: an invoice's, a payment's, or the one that money moved to."""
        return self.move_id.enrollment_id or self.move_id.origin_payment_id.enrollment_id

    def _edu_open_credit(self):
        """Receivable lines of payments, and of money moved in (E16), that are not set off yet."""
        return self.filtered(
            lambda line: (
                line.account_id.account_type == "asset_receivable"
                and line.parent_state == "posted"
                and not line.reconciled
                # An entry that moved money has two receivable lines; the debit belongs to the giving enrolment.
                and (line.move_id.origin_payment_id or line.balance < 0)
            )
        )

    def _edu_settled_without_money(self):
        """What was settled of these receivable lines, invoices less credit notes, by something that is no money.

        :return: float, in the currency of the lines, not rounded (E4, E15)
        """
        invoiced = sum(
            partial.debit_amount_currency * partial.credit_move_id._share_without_money()
            for partial in self.matched_credit_ids
        )
        credited = sum(
            partial.credit_amount_currency * partial.debit_move_id._share_without_money()
            for partial in self.matched_debit_ids
        )
        return invoiced - credited

    @api.model
    def _edu_set_off(self, groups):
        """Reconcile the lines of each group with each other, account by account, in one batch.

        :param groups: iterable of ``account.move.line`` recordsets
        """
        self._reconcile_plan(
            [same for lines in groups for same in lines.grouped("account_id").values() if len(same) > 1]
        )

    @api.model
    def _edu_prepare_credit_line(self, enrollment, invoice, amount, total=None):
        """Values of one line that credits so much, and of each tax what belongs to it; rounding has no say in it.

        :param enrollment: ``edu.enrollment``, in the language of the payer
        :param invoice: its posted ``account.move``
        :param float amount: without taxes, in the enrolment's currency
        :param float total: with taxes; default: their share
        """
        currency, line = enrollment.currency_id, invoice.invoice_line_ids.filtered("product_id")[:1]
        amount = currency.round(amount)
        left, taxes = enrollment.invoice_ids._edu_creditable()
        if total is None:
            total = money.with_taxes(amount, left, left + sum(taxes.values()), currency.rounding)
        share = amount / left if left else 0.0
        tax_amounts = money.shared_taxes(taxes, share, total - amount, currency.rounding)
        price_unit = amount + sum(value for tax, value in tax_amounts.items() if tax.price_include)
        name = self.env["account.move"]._edu_line_name(enrollment)
        return {
            "product_id": line.product_id.id,
            "account_id": line.account_id.id,
            "name": enrollment.env._("Hours not delivered: %s", name),
            "quantity": 1,
            "price_unit": price_unit,
            "tax_ids": [Command.set(line.tax_ids.ids)],
            # Odoo fixes the taxes of down payments in the same way.
            "extra_tax_data": {
                "currency_id": currency.id,
                "price_unit": price_unit,
                "discount": 0.0,
                "quantity": 1.0,
                "manual_total_excluded_currency": amount,
                "manual_tax_amounts": {
                    str(tax.id): {"tax_amount_currency": value} for tax, value in tax_amounts.items()
                },
            },
        }

    @api.model
    def _edu_prepare_move_lines(self, source, target, credit, amount, fee):
        """Lines of the entry that moves money: taken from the oldest credit, given to the other payer, less the fee."""
        company, currency = source.company_id, source.currency_id
        lines, worth, left = [], 0.0, amount
        for line in credit:
            portion = min(left, -line.amount_residual_currency)
            if currency.compare_amounts(portion, 0) <= 0:
                break
            # Moving money is no currency exchange: the company's amount moves in proportion.
            balance = company.currency_id.round(
                line.amount_residual * portion / line.amount_residual_currency
            )
            lines.append(
                {
                    "account_id": line.account_id.id,
                    "partner_id": line.partner_id.id,
                    "name": self.env._("Moved to %s", target.name),
                    "amount_currency": portion,
                    "balance": balance,
                }
            )
            worth += balance
            left = currency.round(left - portion)
        fee_worth = company.currency_id.round(worth * fee / amount)
        receivable = (
            target.instalment_ids.account_id[:1]
            or target.partner_id.with_company(company).property_account_receivable_id
        )
        lines.append(
            {
                "account_id": receivable.id,
                "partner_id": target.partner_id.id,
                "name": self.env._("Moved from %s", source.name),
                "amount_currency": currency.round(fee - amount),
                "balance": company.currency_id.round(fee_worth - worth),
            }
        )
        if not currency.is_zero(fee):
            lines.append(
                {
                    "account_id": company._edu_transfer_fee_account().id,
                    "partner_id": source.partner_id.id,
                    "name": self.env._("Fee for moving %s", source.name),
                    "amount_currency": -fee,
                    "balance": -fee_worth,
                }
            )
        return lines

    def _share_without_money(self):
        """How much of what this line settles is no money: all of a hand-made entry, what a payment wrote off.

        Money is posted in a bank or cash journal, or comes from another enrolment.

        :return: float from 0 to 1
        """
        self.ensure_one()
        move = self.move_id
        if move.enrollment_id:
            return 0.0
        if move.journal_id.type not in ("bank", "cash", "credit") or move.state != "posted":
            return 1.0
        payment = move.origin_payment_id
        if not payment or not self.amount_currency:
            return 0.0
        return max(1.0 - payment.amount / abs(self.amount_currency), 0.0)

    def _search_instalment_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        instalment = Domain("display_type", "=", "payment_term") & Domain("parent_state", "=", "posted")
        still_open = Domain("amount_residual", "!=", 0)
        days = self.env["edu.campus"]._by_day().items()
        today = fields.Date.context_today(self)

        def due(operator):
            at_campuses = Domain.OR(
                Domain("move_id.enrollment_id.campus_id", "in", campuses.ids)
                & Domain("date_maturity", operator, day)
                for day, campuses in days
            )
            elsewhere = Domain("move_id.enrollment_id", "=", False)
            return at_campuses | (elsewhere & Domain("date_maturity", operator, today))

        settled = instalment & Domain("amount_residual", "=", 0)
        by_note = Domain("credit_move_id.move_id.move_type", "=", "out_refund")
        # `any!` ignores record rules, as the compute does: users need not see the payments.
        credited = Domain("matched_credit_ids", "any!", by_note) & ~Domain(
            "matched_credit_ids", "any!", ~by_note & Domain("debit_amount_currency", "!=", 0)
        )
        domains = {
            "paid": settled & ~credited,
            "credited": settled & credited,
            "unpaid": instalment & still_open & (due(">=") | Domain("date_maturity", "=", False)),
            "overdue": instalment & still_open & due("<"),
            False: ~instalment,
        }
        return Domain.OR(domains[state] for state in value if state in domains)
