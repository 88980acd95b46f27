from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class EduEnrollment(models.Model):
    """Another class, student or package, and money that moves: hours and price follow by themselves (E16, E17)."""

    _inherit = "edu.enrollment"  # pylint: disable=consider-merging-classes-inherited

    is_taken_over = fields.Boolean(
        readonly=True, copy=False, help="Hours and their price come from the enrolment that was moved."
    )
    value_taken_over = fields.Monetary(
        readonly=True, copy=False, help="What the hours taken over were worth there, as a price."
    )

    # ------------------------------------------------------------------ computes
    @api.depends("is_taken_over", "value_taken_over")
    def _compute_price(self):
        result = super()._compute_price()
        for enrollment in self.filtered("is_taken_over"):
            enrollment.price = enrollment.value_taken_over
        return result

    # ------------------------------------------------------------------ actions
    def action_transfer(self):
        """Open the dialog that changes class, student or package, or moves the money (E16, E17)."""
        return self._open_dialog("edu.enrollment.transfer", self.env._("Transfer"))

    # ------------------------------------------------------------------ business
    def _change_class(self, course):
        """Move to another class of the campus; hours and money stay where they are (E17).

        :param course: ``edu.class`` with a free seat
        :raise UserError: not taught at the moment, or the class is full or not open
        """
        self.ensure_one()
        if self.state not in ("confirmed", "suspended"):
            raise UserError(
                self.env._("%s is not confirmed: its class can be changed on the form.", self.display_name)
                if self.state in ("draft", "waiting")
                else self.env._("%s has ended: there is no class to change.", self.display_name)
            )
        if course.state not in ("open", "running"):
            raise UserError(
                self.env._(
                    "%(enrollment)s: class %(class)s is not open for enrolment. Open it, or choose another one.",
                    enrollment=self.display_name,
                    **{"class": course.display_name},
                )
            )
        self.class_id = course
        self.flush_recordset()
        course._check_seats()
        course.flush_recordset(["seats_taken"])

    def _take_over(self, student, course, values=None):
        """A draft that takes over the hours not delivered, at the price they were sold for (E17).

        This enrolment ends: what was not delivered is credited, and sold again over there.

        :param student: ``edu.student`` who goes on
        :param course: ``edu.class``, empty where the package is not taught in classes
        :return: the new ``edu.enrollment``
        """
        self.ensure_one()
        self._check_not_draft()
        hours = self.hours_left
        notes = self._end_by_move()
        return self.create(
            {
                **self._prepare_successor(student),
                "package_id": self.package_id.id,
                "class_id": course.id,
                "campus_id": (course or self).campus_id.id,
                "hours_planned": max(hours, 0.0),
                "is_taken_over": True,
                "value_taken_over": sum(line.price_unit * line.quantity for line in notes.invoice_line_ids),
                "discount_rate": 0.0,
                **(values or {}),
            }
        )

    def _convert(self, package, course):
        """A draft of another package, and the end of this enrolment (E17).

        :return: the new ``edu.enrollment``
        """
        self.ensure_one()
        self._check_not_draft()
        self._end_by_move()
        return self.create(
            {
                **self._prepare_successor(self.student_id),
                "package_id": package.id,
                "class_id": course.id,
                "campus_id": (course or self).campus_id.id,
            }
        )

    def _prepare_successor(self, student):
        """What the enrolment that follows this one has in common with it."""
        return {
            "student_id": student.id,
            **({"partner_id": self.partner_id.id} if student == self.student_id else {}),
            "user_id": self.user_id.id,
            "user_enrolling_id": self.env.uid,
            "user_approaching_id": self.user_approaching_id.id,
            "moved_from_id": self.id,
        }

    def _end_by_move(self):
        """Cancel because hours or money go elsewhere: nothing is offered to be paid back here (E16).

        :return: the credit note, ``account.move``; empty where nothing was left to be credited
        """
        self.ensure_one()
        if self.state in ("cancelled", "completed"):
            return self.env["account.move"]
        before = self.invoice_ids
        self._credit_undelivered(kind="move_out")
        # The seat may be the one that the next enrolment is going to take.
        self.with_context(edu_hold_seats=True).write(
            {"state": "cancelled", "date_cancelled": self.campus_id._today()}
        )
        # The successor may take the same place.
        self.flush_recordset()
        return (self.invoice_ids - before).filtered(lambda move: move.move_type == "out_refund")

    def _free_money(self, amount):
        """Make so much of what was paid, and not delivered, open credit; the enrolment goes on with fewer hours.

        :param float amount: taxes included, in the enrolment's currency
        """
        self.ensure_one()
        missing = amount + sum(self._open_credit_lines().mapped("amount_residual_currency"))
        if self.currency_id.compare_amounts(missing, 0) > 0:
            self._credit_for_refund(missing, kind="move_out")

    def _move_money(self, target, amount, fee, date):
        """Post the entry that moves open credit to another enrolment's payer, and reconcile both sides (E16).

        :param target: ``edu.enrollment`` of the same company and currency
        :param float amount: taken from this enrolment, the fee included, in its currency
        :param float fee: what the centre keeps of it
        :param date date: day in the books
        :return: the posted ``account.move``; empty for no amount
        :raise UserError: a locked period, no account for the fee
        """
        self.ensure_one()
        currency, company = self.currency_id, self.company_id
        credit_lines = self._open_credit_lines()
        # Taxes of what was credited may round to a little less than what was asked for.
        amount = min(amount, -sum(credit_lines.mapped("amount_residual_currency")))
        if currency.compare_amounts(amount, 0) <= 0:
            return self.env["account.move"]
        journal = company._edu_recognition_journal()
        company._edu_check_books_open(date, journal, self.display_name)
        lines = self._prepare_move_lines(target, credit_lines, amount, min(fee, amount))
        move = (
            self.env["account.move"]
            .with_company(company)
            .create(
                {
                    "move_type": "entry",
                    "enrollment_id": target.id,
                    "company_id": company.id,
                    "journal_id": journal.id,
                    "date": date,
                    "ref": f"{self.name} → {target.name}",
                    "line_ids": [Command.create({"currency_id": currency.id, **values}) for values in lines],
                }
            )
        )
        move.action_post()
        taken = credit_lines | move.line_ids.filtered(lambda line: line.amount_currency > 0)
        for same in taken.grouped("account_id").values():
            same.reconcile()
        if not target.moved_from_id:
            target.moved_from_id = self
        target._apply_open_credit()
        return move

    def _prepare_move_lines(self, target, credit_lines, amount, fee):
        """Lines of the entry that moves money: taken here, oldest first, given to the other payer, less the fee."""
        company, currency = self.company_id, self.currency_id
        lines, worth, left = [], 0.0, amount
        for line in credit_lines:
            portion = min(left, -line.amount_residual_currency)
            if currency.compare_amounts(portion, 0) <= 0:
                break
            # What is taken keeps its worth in the company's currency: moving is no exchange.
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
                "name": self.env._("Moved from %s", self.name),
                "amount_currency": currency.round(fee - amount),
                "balance": company.currency_id.round(fee_worth - worth),
            }
        )
        if not currency.is_zero(fee):
            lines.append(
                {
                    "account_id": company._edu_transfer_fee_account().id,
                    "partner_id": self.partner_id.id,
                    "name": self.env._("Fee for moving %s", self.name),
                    "amount_currency": -fee,
                    "balance": -fee_worth,
                }
            )
        return lines

    def _book_purchase(self, invoices):
        """What moved money, or hours taken over, pay for was not bought here: it was moved in (E16, E18)."""
        moved = self.filtered(lambda enrollment: enrollment.is_taken_over or enrollment._moved_in())
        result = super(EduEnrollment, self - moved)._book_purchase(invoices)
        entries = []
        for enrollment in moved:
            invoice = invoices.get(enrollment.id, self.env["account.move"])
            total = invoice.amount_total
            share = 1.0 if enrollment.is_taken_over or not total else min(enrollment._moved_in() / total, 1.0)
            net, hours = invoice.amount_untaxed, enrollment.hours_planned
            moved_net = enrollment.currency_id.round(net * share)
            moved_hours = round(hours * share, 2)
            origin = f"account.move,{invoice.id}" if invoice else f"edu.enrollment,{enrollment.id}"
            entries += [
                {
                    "enrollment_id": enrollment.id,
                    "kind": kind,
                    "date": enrollment.date_confirmed,
                    "hours": kind_hours,
                    "amount": amount,
                    "origin": origin,
                }
                for kind, kind_hours, amount in (
                    ("move_in", moved_hours, moved_net),
                    ("purchase", hours - moved_hours, net - moved_net),
                )
                if kind_hours > 0 or not enrollment.currency_id.is_zero(amount)
            ]
        self.env["edu.ledger.entry"].create(entries)
        return result

    def _moved_in(self):
        """Money of other enrolments that waits here for the invoice, in the enrolment's currency."""
        self.ensure_one()
        lines = self._open_payment_lines().filtered(lambda line: not line.move_id.origin_payment_id)
        return -sum(lines.mapped("amount_residual_currency"))
