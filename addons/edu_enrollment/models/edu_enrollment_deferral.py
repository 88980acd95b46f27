from odoo import fields, models
from odoo.tools import SQL


class EduEnrollment(models.Model):
    """Deferral of revenue (E19): an invoice is a promise to teach, delivered hours earn it."""

    _inherit = "edu.enrollment"

    # Kept from the day of the invoice: a later change of the setting must not move what was posted before.
    deferred_account_id = fields.Many2one(
        "account.account",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        groups="account.group_account_readonly,account.group_account_invoice",
        help="Where the revenue of this enrolment waits until it is earned. Empty: it was earned when invoiced.",
    )

    def _create_invoices(self):
        for company, enrollments in self.grouped("company_id").items():
            account = company._edu_deferred_account()
            if account:
                enrollments.deferred_account_id = account
        return super()._create_invoices()

    def _prepare_invoice_line_values(self):
        """The course and its discounts are posted to the account that holds what is not earned yet."""
        lines = super()._prepare_invoice_line_values()
        # Whoever may sell may cause the invoice; the account is the accountant's choice.
        account = self.sudo().deferred_account_id
        if account:
            for values in lines:
                if values.get("product_id") == self.package_id.product_id.id:
                    values["account_id"] = account.id
        return lines

    def _draft_credit_notes(self, amounts, totals):
        """Credited is what the deferred money is worth in the books, whatever rounding would make of it."""
        notes = super()._draft_credit_notes(amounts, totals)
        foreign = notes.filtered(
            lambda note: (
                note.enrollment_id.deferred_account_id and note.currency_id != note.company_id.currency_id
            )
        )
        worths = self._deferred_worths({id_: amounts[id_] for id_ in foreign.enrollment_id.ids})
        for note in foreign:
            note.invoice_line_ids.balance = worths[note.enrollment_id.id]
        return notes

    def _deferred_worths(self, amounts):
        """What amounts of deferred money are worth in the currency of the company: at the rate of the invoice.

        Counted from what is left on the account before and after, so that nothing left is worth nothing.

        :param dict amounts: enrolment id → amount that leaves the account, in the enrolment's currency
        :return: dict enrolment id → amount in the company's currency
        """
        self.flush_model(["deferred_account_id"])
        self.env["account.move"].flush_model(["enrollment_id", "move_type", "state"])
        self.env["account.move.line"].flush_model(["account_id", "amount_currency", "balance"])
        self.env["edu.ledger.entry"].flush_model(["enrollment_id", "kind", "move_id", "amount"])
        books = self.env.execute_query(
            SQL(
                """
                SELECT enrollment.id,
                       -SUM(line.amount_currency) FILTER (WHERE move.move_type = 'out_invoice'),
                       -SUM(line.balance) FILTER (WHERE move.move_type = 'out_invoice'),
                       -SUM(line.amount_currency) + COALESCE(recognized.amount, 0)
                  FROM edu_enrollment AS enrollment
                  JOIN account_move AS move ON move.enrollment_id = enrollment.id AND move.state = 'posted'
                  JOIN account_move_line AS line
                    ON line.move_id = move.id AND line.account_id = enrollment.deferred_account_id
             LEFT JOIN LATERAL (
                           SELECT SUM(amount) AS amount
                             FROM edu_ledger_entry AS entry
                            WHERE entry.enrollment_id = enrollment.id
                              AND entry.kind IN ('delivery', 'expiry')
                              AND entry.move_id IS NOT NULL
                       ) AS recognized ON TRUE
                 WHERE enrollment.id IN %s
              GROUP BY enrollment.id, recognized.amount
                """,
                tuple(amounts) or (0,),
            )
        )
        worths = dict.fromkeys(amounts, 0.0)
        for enrollment_id, invoiced, worth, left in books:
            company_currency = self.browse(enrollment_id).company_id.currency_id
            before, after = (
                company_currency.round(rest * float(worth) / float(invoiced)) if invoiced else 0.0
                for rest in (float(left), float(left) - amounts[enrollment_id])
            )
            worths[enrollment_id] = before - after
        return worths
