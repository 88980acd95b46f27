from odoo import fields, models
from odoo.exceptions import AccessError


class EduStudent(models.Model):
    _inherit = "edu.student"  # pylint: disable=consider-merging-classes-inherited

    def action_print_statement(self):
        """Download the statements of account as PDF."""
        self._check_statement()
        return self.env.ref("edu_enrollment.edu_student_report_statement").report_action(self)

    def _check_statement(self):
        """Refuse whoever may see students, but no invoices (teachers)."""
        self.check_access("read")
        if not self.env["account.move"].has_access("read"):
            raise AccessError(
                self.env._(
                    "Statements of account are for those who see invoices: counsellors,"
                    " academic staff and cashiers."
                )
            )

    def _statements(self):
        """The accounts of the students, as accounting has them: nothing is added up that is not posted there.

        Receivable lines of the enrolments' entries (invoices, credit notes, transfers, payments, also those that
        nothing was set off against yet) stand with their whole amount; what settles them from elsewhere (a payment
        for several children) with the part applied here.
        So the balance is the sum of what those lines have open, in each currency.

        :return: dict ``edu.student`` → list of dicts, one per currency: ``currency``, ``lines`` (dicts date, name,
            label, kind, debit, credit, balance; by date), ``debit``, ``credit``, ``balance``, ``enrollments``
        """
        self._check_statement()
        # The enrolments that the user sees decide; their entries are read with the accountant's eyes.
        enrollments = self.env["edu.enrollment"].search([("student_id", "in", self.ids)], order="id")
        items_sudo = (
            self.env["account.move.line"]
            .sudo()
            .search(
                [
                    "|",
                    ("move_id.enrollment_id", "in", enrollments.ids),
                    ("move_id.origin_payment_id.enrollment_id", "in", enrollments.ids),
                    ("parent_state", "=", "posted"),
                    ("account_id.account_type", "=", "asset_receivable"),
                ]
            )
        )
        accounts = {}
        for (student, currency), items in items_sudo.grouped(
            lambda item: (self._statement_enrollment(item.move_id).student_id, item.currency_id)
        ).items():
            items = self._statement_own(items)
            lines = self._statement_documents(items) + self._statement_settlements(items)
            accounts.setdefault(student.id, []).append(self._statement_account(currency, lines, items))
        return {
            student: sorted(accounts.get(student.id, []), key=lambda account: account["currency"].name)
            for student in self
        }

    def _statement_enrollment(self, move):
        return move.enrollment_id or move.origin_payment_id.enrollment_id

    def _statement_own(self, items):
        """Without what an entry that moved money here took from somebody else: it is on the account of the other."""
        return items.filtered(
            lambda item: (
                item.move_id.move_type != "entry"
                or item.move_id.origin_payment_id
                or item.balance < 0
                or not item.reconciled
                or item.matched_credit_ids.credit_move_id & items
            )
        )

    def _statement_kind(self, move):
        if move.origin_payment_id.payment_type == "outbound":
            return self.env._("Refund")
        return self.env._("Payment") if move.origin_payment_id or move.statement_line_id else None

    def _statement_documents(self, items):
        kinds = dict(self.env["account.move"]._fields["move_type"]._description_selection(self.env))
        result = []
        for move, lines in items.grouped("move_id").items():
            payment = move.origin_payment_id
            result.append(
                {
                    "date": move.invoice_date or move.date,
                    "order": (move.id, 0),
                    "name": move.name,
                    "kind": self._statement_kind(move) or kinds[move.move_type],
                    "label": payment.memo
                    or (move.move_type == "entry" and move.ref)
                    or self._statement_enrollment(move).name,
                    "amount": sum(lines.mapped("amount_currency")),
                }
            )
        return result

    def _statement_settlements(self, items):
        """What entries of others settled of these items: one line per entry."""
        applied = {}
        for partials, side, other in (
            (items.matched_credit_ids, "debit", "credit"),
            (items.matched_debit_ids, "credit", "debit"),
        ):
            for partial in partials:
                counterpart = partial[f"{other}_move_id"]
                if counterpart in items:
                    continue
                sign = -1 if side == "debit" else 1
                move = counterpart.move_id
                applied[move] = applied.get(move, 0.0) + sign * partial[f"{side}_amount_currency"]
        return [
            {
                "date": move.date,
                "order": (move.id, 1),
                "name": move.origin_payment_id.name or move.name,
                "kind": self._statement_kind(move) or self.env._("Settlement"),
                "label": move.origin_payment_id.memo or move.ref,
                "amount": amount,
            }
            for move, amount in applied.items()
        ]

    def _statement_account(self, currency, lines, items):
        """Running balance of the lines of one currency."""
        balance = 0.0
        enrollments = items.move_id.enrollment_id | items.move_id.origin_payment_id.enrollment_id
        lines.sort(key=lambda line: (line["date"] or fields.Date.today(), line["order"]))
        for line in lines:
            amount = currency.round(line["amount"])
            balance = currency.round(balance + amount)
            line |= {"debit": max(amount, 0.0), "credit": max(-amount, 0.0), "balance": balance}
        return {
            "currency": currency,
            "lines": lines,
            "debit": currency.round(sum(line["debit"] for line in lines)),
            "credit": currency.round(sum(line["credit"] for line in lines)),
            "balance": balance,
            "enrollments": ", ".join(enrollments.sorted("id").mapped("name")),
        }
