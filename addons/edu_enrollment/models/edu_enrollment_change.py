from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from ..tools.money import prorated
from .edu_enrollment import COMMERCIAL_FIELDS, SYSTEM_FIELDS

COMMERCIAL_FIELDS.update({"is_prorated"})
SYSTEM_FIELDS.update({"is_taken_over", "value_taken_over", "renewed_from_id", "suspend_from", "suspend_to"})


class EduEnrollmentChange(models.Model):
    """What became of an enrolment after it was sold (E16, E17): written by the system, never changed, counted."""

    _name = "edu.enrollment.change"
    _description = "Change of an Enrolment"
    _order = "date desc, id desc"
    _rec_name = "kind"

    enrollment_id = fields.Many2one(
        "edu.enrollment", string="Enrolment", required=True, index=True, readonly=True, ondelete="cascade"
    )
    kind = fields.Selection(
        [
            ("class", "Class Changed"),
            ("student", "Passed on to Another Student"),
            ("package", "Converted to Another Package"),
            ("enrollment", "Money Moved"),
            ("late", "Joined Mid-Course"),
            ("suspend", "Suspended"),
            ("resume", "Resumed"),
            ("withdraw", "Withdrawn"),
            ("renew", "Renewed"),
            ("expire", "Hours Lapsed"),
        ],
        required=True,
        readonly=True,
        index=True,
    )
    date = fields.Date(required=True, readonly=True, default=fields.Date.context_today)
    user_id = fields.Many2one(
        "res.users", string="Done by", required=True, readonly=True, default=lambda self: self.env.user
    )
    student_id = fields.Many2one(related="enrollment_id.student_id", store=True, index=True)
    campus_id = fields.Many2one(related="enrollment_id.campus_id", store=True, index=True)
    company_id = fields.Many2one(related="enrollment_id.company_id", store=True, index=True)
    package_id = fields.Many2one(related="enrollment_id.package_id", store=True)
    class_id = fields.Many2one("edu.class", string="Class Before", readonly=True, index="btree_not_null")
    target_class_id = fields.Many2one(
        "edu.class", string="Class After", readonly=True, index="btree_not_null"
    )
    target_enrollment_id = fields.Many2one(
        "edu.enrollment", string="Other Enrolment", readonly=True, index="btree_not_null", ondelete="set null"
    )
    date_from = fields.Date(readonly=True, help="First day of a suspension.")
    date_to = fields.Date(readonly=True, help="Last day of a suspension.")
    hours = fields.Float(
        digits=(8, 2), readonly=True, help="Hours that were moved, missed, credited or lapsed."
    )
    currency_id = fields.Many2one(related="enrollment_id.currency_id", store=True)
    amount = fields.Monetary(readonly=True, help="Money that was moved, the fee included.")
    fee = fields.Monetary(readonly=True, help="Kept by the centre.")
    reason = fields.Char(readonly=True)
    move_id = fields.Many2one(
        "account.move", string="Journal Entry", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    request_key = fields.Char(
        readonly=True, help="The dialog that asked for the change: it is carried out once (E16)."
    )

    _request_once = models.UniqueIndex(
        "(request_key) WHERE request_key IS NOT NULL", "This change has been made already."
    )


class EduEnrollment(models.Model):
    """Changes of a sold enrolment (E16, E17): hours and money follow, nothing is typed twice."""

    _inherit = "edu.enrollment"  # pylint: disable=consider-merging-classes-inherited

    change_ids = fields.One2many("edu.enrollment.change", "enrollment_id", string="Changes")
    is_prorated = fields.Boolean(
        string="Pro Rata Price",
        help="The price follows the hours: who joins mid-course pays for what is still to come (E17).",
    )
    is_taken_over = fields.Boolean(
        readonly=True, copy=False, help="Hours and their price come from the enrolment that was moved (E17)."
    )
    value_taken_over = fields.Monetary(
        readonly=True, copy=False, help="What the hours taken over were worth there, as a price."
    )
    moved_to_ids = fields.One2many("edu.enrollment", "moved_from_id", string="Moved to")
    renewed_from_id = fields.Many2one("edu.enrollment", readonly=True, copy=False, index="btree_not_null")
    renewal_ids = fields.One2many("edu.enrollment", "renewed_from_id", string="Renewals")
    suspend_from = fields.Date(
        readonly=True,
        copy=False,
        help="First day of the suspension: of the next, the present or the last one.",
    )
    suspend_to = fields.Date(
        readonly=True, copy=False, help="Last day of the suspension. Empty: until somebody resumes it."
    )
    is_suspension_open = fields.Boolean(
        compute="_compute_is_suspension_open", help="Suspended, now or on days to come."
    )
    hours_given = fields.Float(
        digits=(8, 2),
        compute="_compute_hours_given",
        compute_sudo=True,
        string="Hours Given Already",
        help="So many of the package's hours the class has given by today (E17).",
    )

    _suspension_ordered = models.Constraint(
        "CHECK (suspend_to IS NULL OR suspend_from <= suspend_to)",
        "A suspension ends after it began. Correct its dates.",
    )

    # ------------------------------------------------------------------ computes
    @api.depends("is_prorated", "hours_planned", "is_taken_over", "value_taken_over")
    def _compute_price(self):
        result = super()._compute_price()
        for enrollment in self:
            hours = enrollment.package_id.hours
            if enrollment.is_taken_over:
                enrollment.price = enrollment.value_taken_over
            elif enrollment.is_prorated and hours and enrollment.state in ("draft", "waiting"):
                enrollment.price = prorated(
                    enrollment.price, enrollment.hours_planned, hours, enrollment.currency_id.rounding
                )
        return result

    @api.depends("state", "suspend_from", "suspend_to")
    @api.depends_context("tz")
    def _compute_is_suspension_open(self):
        today = fields.Date.context_today(self)
        for enrollment in self:
            ahead = enrollment.suspend_from and not (enrollment.suspend_to and enrollment.suspend_to < today)
            enrollment.is_suspension_open = enrollment.state == "suspended" or (
                enrollment.state == "confirmed" and ahead
            )

    @api.depends("class_id", "package_id", "state")
    def _compute_hours_given(self):
        shares = self.class_id._share_given()
        for enrollment in self:
            is_open = enrollment.state in ("draft", "waiting")
            share = shares.get(enrollment.class_id.id, 0.0) if is_open else 0.0
            enrollment.hours_given = enrollment.package_id.hours * share

    # ------------------------------------------------------------------ actions
    def action_confirm(self):
        """Confirm; late starters and renewals are counted (E17)."""
        todo = self.filtered(lambda enrollment: enrollment.state in ("draft", "waiting"))
        result = super().action_confirm()
        for enrollment in todo:
            missed = enrollment.package_id.hours - enrollment.hours_planned
            if enrollment.is_prorated and missed > 0:
                enrollment._log_change("late", hours=missed, target_class_id=enrollment.class_id.id)
            if enrollment.renewed_from_id:
                enrollment.renewed_from_id._log_change("renew", target_enrollment_id=enrollment.id)
        return result

    def action_cancel(self, reason=None):
        """Cancel; who has begun withdraws, and is counted (E17)."""
        sold = {
            enrollment: (enrollment.hours_left, enrollment.class_id.id)
            for enrollment in self
            if enrollment.state in ("confirmed", "suspended")
        }
        result = super().action_cancel(reason)
        for enrollment, (hours, class_id) in sold.items():
            enrollment._log_change("withdraw", hours=hours, class_id=class_id, reason=reason)
        return result

    def action_complete(self):
        """The course is over; what was sold without hours is earned by then (E19)."""
        result = super().action_complete()
        self.sudo().filtered(lambda enrollment: not enrollment.hours_total)._expire()
        return result

    def action_suspend(self, date_from=None, date_to=None, reason=None):
        """Interrupt the course; the seat is kept (E17). A suspension that lies ahead begins by itself.

        :param date_from: first day, ``date`` or ISO string, local; none: today
        :param date_to: last day; none: until somebody resumes
        :param str reason: for the records
        :raise UserError: not confirmed, or dates in the wrong order or past
        """
        self.check_access("write")
        self._lock()
        today = fields.Date.context_today(self)
        date_from, date_to = fields.Date.to_date(date_from) or today, fields.Date.to_date(date_to)
        if date_to and (date_to < date_from or date_to < today):
            raise UserError(
                self.env._(
                    "The last day of a suspension is neither past nor before its first. Correct the dates."
                )
            )
        todo = self.filtered(lambda enrollment: enrollment.state != "suspended")
        todo._check_workflow("suspended")
        # The rights were checked above; the dates are not typed but come from here.
        todo.sudo().write(
            {
                "suspend_from": date_from,
                "suspend_to": date_to,
                **({"state": "suspended"} if date_from <= today else {}),
            }
        )
        for enrollment in todo:
            enrollment._log_change("suspend", date_from=date_from, date_to=date_to, reason=reason)
        return True

    def action_resume(self):
        """Go on after an interruption, or call one off that lies ahead (E17).

        :raise UserError: not suspended
        """
        self.check_access("write")
        self._lock()
        today = fields.Date.context_today(self)
        for enrollment in self:
            if not enrollment.is_suspension_open:
                raise UserError(self.env._("%s is not suspended.", enrollment.display_name))
            enrollment._log_change("resume", date_from=enrollment.suspend_from, date_to=today)
        # The rights were checked above. Days that were missed stay missed.
        past_sudo = self.sudo().filtered(
            lambda enrollment: enrollment.suspend_from and enrollment.suspend_from < today
        )
        past_sudo.write({"state": "confirmed", "suspend_to": today - timedelta(days=1)})
        (self.sudo() - past_sudo).write({"state": "confirmed", "suspend_from": False, "suspend_to": False})
        return True

    def action_open_suspend(self):
        """Open the dialog that asks from when to when (E17)."""
        return self._open_dialog("edu.enrollment.suspend", self.env._("Suspend"))

    def action_transfer(self):
        """Open the dialog that changes class, student or package, or moves the money (E16, E17)."""
        return self._open_dialog("edu.enrollment.transfer", self.env._("Transfer"))

    def action_withdraw(self):
        """Open the dialog that cancels and asks what happens to the money (E17, E25)."""
        return self._open_dialog("edu.enrollment.cancel", self.env._("Cancel Enrolment"))

    def action_join_late(self):
        """Sell only what the class has still to give: hours and price pro rata (E17).

        :raise UserError: confirmed already, no class, or the class has not begun
        """
        self.check_access("write")
        for enrollment in self:
            enrollment._check_not_locked({"hours_planned"})
            if not enrollment.hours_given:
                raise UserError(
                    self.env._(
                        "%s: its class has given no hours yet, so there is nothing to leave out.",
                        enrollment.display_name,
                    )
                )
            enrollment.write(
                {
                    "is_prorated": True,
                    "hours_planned": max(enrollment.package_id.hours - enrollment.hours_given, 0.0),
                }
            )
        return True

    def action_renew(self):
        """Prepare the next enrolment of the same kind, or open the one that is prepared (E17).

        :return: action that shows it, to be checked and confirmed
        """
        self.ensure_one()
        self.check_access("write")
        self._check_not_draft()
        self._lock()
        renewal = self.renewal_ids.filtered(lambda enrollment: enrollment.state in ("draft", "waiting"))[:1]
        if not renewal:
            today = fields.Date.context_today(self)
            renewal = self.create(
                {
                    "student_id": self.student_id.id,
                    "partner_id": self.partner_id.id,
                    "package_id": self.package_id.id,
                    "campus_id": self.campus_id.id,
                    "user_id": self.user_id.id,
                    "user_approaching_id": self.user_approaching_id.id,
                    "date_expected": max(self.class_id.date_end or today, today) + timedelta(days=1),
                }
            )
            renewal_sudo = renewal.sudo()
            renewal_sudo.renewed_from_id = self
        return renewal._open_form()

    def action_expire_hours(self):
        """Let the hours of completed enrolments lapse; what was paid for them is earned (E18, E19).

        :raise AccessError: the user manages no campus
        :raise UserError: an enrolment is not completed
        """
        self.check_access("write")
        if not self.env.su and not self.env.user.has_group("edu_catalog.group_edu_manager"):
            raise AccessError(self.env._("Only a campus manager may let hours lapse. Ask yours."))
        self._lock()
        for enrollment in self:
            if enrollment.state != "completed":
                raise UserError(
                    self.env._(
                        "%s is not completed: its hours can still be given. Complete it first.",
                        enrollment.display_name,
                    )
                )
        self.sudo()._expire()
        return True

    # ------------------------------------------------------------------ business
    def _open_dialog(self, model, name):
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": "form",
            "target": "new",
            "context": {"default_enrollment_id": self.id},
        }

    def _open_form(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def _check_not_draft(self):
        for enrollment in self:
            if enrollment.state in ("draft", "waiting"):
                raise UserError(
                    self.env._("%s is not confirmed yet: change it as it is.", enrollment.display_name)
                )

    def _log_change(self, kind, **values):
        """Count a change; the caller has checked that the user may make it."""
        change_sudo = self.env["edu.enrollment.change"].sudo()
        return change_sudo.create(
            [{"enrollment_id": enrollment.id, "kind": kind, **values} for enrollment in self]
        )

    def _expire(self):
        """Write off whatever hours, or money without hours, are left (E18)."""
        entries = []
        for enrollment in self:
            hours, amount = max(enrollment.hours_left, 0.0), max(enrollment.amount_deferred, 0.0)
            if not hours and enrollment.currency_id.is_zero(amount):
                continue
            entries.append(
                {
                    "enrollment_id": enrollment.id,
                    "kind": "expiry",
                    "hours": -hours,
                    "amount": -amount,
                    "origin": f"edu.enrollment,{enrollment.id}",
                }
            )
            enrollment._log_change("expire", hours=hours, amount=amount)
        return self.env["edu.ledger.entry"].create(entries)

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
            {"state": "cancelled", "date_cancelled": fields.Date.context_today(self)}
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

    # ------------------------------------------------------------------ cron
    @api.model
    def _cron_suspensions(self):
        """Begin and end suspensions on their days (E17)."""
        today = fields.Date.context_today(self)
        over = self.search([("state", "=", "suspended"), ("suspend_to", "<", today)])
        for enrollment in over:
            enrollment._resume_or_ask()
        due = self.search(
            [
                ("state", "=", "confirmed"),
                ("suspend_from", "<=", today),
                "|",
                ("suspend_to", "=", False),
                ("suspend_to", ">=", today),
            ]
        )
        due.write({"state": "suspended"})

    def _resume_or_ask(self):
        """Where somebody cannot go on as planned, the person in charge is asked, and the others go on."""
        try:
            with self.env.cr.savepoint():
                self.action_resume()
        except UserError as error:
            todo = self.env.ref("mail.mail_activity_data_todo")
            summary = self.env._("The suspension is over, and the course cannot go on")
            if not self.activity_ids.filtered(lambda activity: activity.summary == summary):
                self.activity_schedule(
                    activity_type_id=todo.id, summary=summary, note=str(error), user_id=self.user_id.id
                )
