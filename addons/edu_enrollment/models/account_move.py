from odoo import fields, models
from odoo.exceptions import UserError


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
        # Whoever posts here writes the ledger too.
        self.with_context(edu_ledger_written=True).action_post()

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
        """What an accountant does to the documents of an enrolment is done to its ledger as well (E14, E18)."""
        if self.env.context.get("edu_ledger_written"):
            return
        for move in self._edu_documents():
            # Whoever may post the document may cause the entry.
            move.enrollment_id.sudo()._follow_document(move.sudo())

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
                # What is taken back was worth what the invoice made of it: rates that moved since are no revenue.
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
                # A difference of exchange rates gives nothing back.
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
