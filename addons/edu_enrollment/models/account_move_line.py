from odoo import api, fields, models
from odoo.fields import Domain


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
        today = fields.Date.context_today(self)
        # Who may see a line may see what became of it, but not the payments: computed with the accountant's eyes.
        credited = self._credited()
        for line in self:
            if line.display_type != "payment_term" or line.parent_state != "posted":
                line.instalment_state = False
            elif line.currency_id.is_zero(line.amount_residual_currency):
                line.instalment_state = "credited" if line in credited else "paid"
            elif line.date_maturity and line.date_maturity < today:
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
        today = fields.Date.context_today(self)
        instalment = Domain("display_type", "=", "payment_term") & Domain("parent_state", "=", "posted")
        still_open = Domain("amount_residual", "!=", 0)
        overdue = Domain("date_maturity", "<", today)
        settled = instalment & Domain("amount_residual", "=", 0)
        by_note = Domain("credit_move_id.move_id.move_type", "=", "out_refund")
        # As in the compute: payments are counted, whoever asks.
        credited = Domain("matched_credit_ids", "any!", by_note) & ~Domain(
            "matched_credit_ids", "any!", ~by_note & Domain("debit_amount_currency", "!=", 0)
        )
        domains = {
            "paid": settled & ~credited,
            "credited": settled & credited,
            "unpaid": instalment
            & still_open
            & (Domain("date_maturity", ">=", today) | Domain("date_maturity", "=", False)),
            "overdue": instalment & still_open & overdue,
            False: ~instalment,
        }
        return Domain.OR(domains[state] for state in value if state in domains)
