from odoo import api, fields, models
from odoo.exceptions import UserError

from .edu_enrollment import DRAFT_STATES


class EduEnrollmentChange(models.Model):
    """What became of an enrolment after it was sold (E16, E17): written by the system, never changed, counted."""

    _name = "edu.enrollment.change"
    _description = "Change of an Enrolment"
    _inherit = ["edu.base.mixin"]
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
        readonly=True, help="The dialog that asked for the change: it is carried out once."
    )

    _request_once = models.UniqueIndex(
        "(request_key) WHERE request_key IS NOT NULL", "This change has been made already."
    )

    # ------------------------------------------------------------------ what is counted
    @api.model
    def _log(self, enrollments, kind, **values):
        """Count a change; the caller has checked that the user may make it.

        :return: the new ``edu.enrollment.change``, with sudo
        """
        return self._log_each(kind, dict.fromkeys(enrollments, values))

    @api.model
    def _log_each(self, kind, values):
        """As ``_log``, with values of its own for each enrolment, in one batch.

        :param dict values: ``edu.enrollment`` → dict of values
        """
        return self.sudo().create(
            [
                {
                    "enrollment_id": enrollment.id,
                    "kind": kind,
                    "date": enrollment.campus_id._today(),
                    **its_values,
                }
                for enrollment, its_values in values.items()
            ]
        )

    @api.model
    def _log_sale(self, enrollments):
        """Late starters and renewals among those that have just been confirmed (E17)."""
        late = {
            enrollment: {"hours": missed, "target_class_id": enrollment.class_id.id}
            for enrollment in enrollments.filtered("is_prorated")
            if (missed := enrollment.package_id.hours - enrollment.hours_planned) > 0
        }
        self._log_each("late", late)
        # sudo: the seller may not see the enrolment that is renewed.
        for renewal_sudo in enrollments.sudo().filtered("renewed_from_id"):
            self._log(renewal_sudo.renewed_from_id, "renew", target_enrollment_id=renewal_sudo.id)

    @api.model
    def _log_withdrawal(self, enrollments, reason):
        """Who has begun withdraws, with the hours that are left (E17)."""
        withdrawals = {
            enrollment: {
                "hours": enrollment.hours_left,
                "class_id": enrollment.class_id.id,
                "reason": reason,
            }
            for enrollment in enrollments
        }
        self._log_each("withdraw", withdrawals)

    @api.model
    def _log_transfer(self, order, class_before, target, entry, hours):
        """A transfer, by what it moved (E16, E17).

        :param order: ``edu.enrollment.transfer``
        :param class_before: ``edu.class``
        :param target: ``edu.enrollment`` that goes on
        :param entry: ``account.move`` that moved the money, if any
        :param float hours: that moved
        """
        self._log(
            order.enrollment_id,
            order.target,
            date=order.date,
            class_id=class_before.id,
            target_class_id=target.class_id.id,
            target_enrollment_id=target.id if target != order.enrollment_id else False,
            hours=hours,
            amount=order.amount,
            fee=order.fee,
            move_id=entry.id,
            reason=order.reason,
            request_key=self._request_key(order),
        )

    @api.model
    def _done_sudo(self, order):
        """The change that an order has made already, with sudo; empty when it is still to be done."""
        return self.sudo().search([("request_key", "=", self._request_key(order))])

    @api.model
    def _request_key(self, order):
        return f"{order._name},{order.id}"

    # ------------------------------------------------------------------ what is done
    @api.model
    def _change_class(self, enrollment, class_):
        """Move to another class of the campus; hours and money stay where they are (E17).

        :param enrollment: ``edu.enrollment``
        :param class_: ``edu.class`` with a free seat
        :raise UserError: not taught at the moment, or the class is full or not open
        """
        enrollment.ensure_one()
        if enrollment.state not in ("confirmed", "suspended"):
            raise UserError(
                self.env._(
                    "%s is not confirmed: its class can be changed on the form.", enrollment.display_name
                )
                if enrollment.state in DRAFT_STATES
                else self.env._("%s has ended: there is no class to change.", enrollment.display_name)
            )
        class_._check_open_for(enrollment)
        enrollment.class_id = class_
        enrollment.flush_recordset()
        class_._check_seats()
        class_.flush_recordset(["seats_taken"])

    @api.model
    def _hand_over(self, source, order):
        """End an enrolment, or a part of it, in favour of another one (E16, E17).

        Another student or campus takes over the hours not delivered, at the price they were sold for; another package
        is sold anew; another enrolment gets money alone.

        :param source: ``edu.enrollment``
        :param order: ``edu.enrollment.transfer``
        :return: ``edu.enrollment`` that the money follows to; a draft where it is new
        """
        if order.target == "enrollment":
            if order.keep_source:
                self._free_money(source, order.amount)
            else:
                self._end_by_move(source)
            return order.target_enrollment_id.sudo()
        source._check_not_draft()
        student = order.target_student_id if order.target == "student" else source.student_id
        package = order.target_package_id if order.target == "package" else source.package_id
        class_ = order.target_class_id
        values = {
            "student_id": student.id,
            "package_id": package.id,
            "class_id": class_.id,
            "campus_id": (class_ or source).campus_id.id,
            "user_id": source.user_id.id,
            "user_enrolling_id": self.env.uid,
            "user_approaching_id": source.user_approaching_id.id,
            "moved_from_id": source.id,
        }
        if student == source.student_id:
            values["partner_id"] = source.partner_id.id
        hours = max(source.hours_left, 0.0)
        notes = self._end_by_move(source)
        if order.target != "package":
            values |= {
                "hours_planned": hours,
                "is_taken_over": True,
                "value_taken_over": sum(line.price_unit * line.quantity for line in notes.invoice_line_ids),
                "discount_rate": 0.0,
            }
        return source.create(values)

    @api.model
    def _end_by_move(self, source):
        """Cancel because hours or money go elsewhere: nothing is offered to be paid back here, nor is the seat (E16).

        :param source: ``edu.enrollment``
        :return: the credit note, ``account.move``; empty where nothing was left to be credited
        """
        if source.state in ("cancelled", "completed"):
            return self.env["account.move"]
        before = source.invoice_ids
        source._end("move_out")
        return (source.invoice_ids - before).filtered(lambda move: move.move_type == "out_refund")

    @api.model
    def _free_money(self, source, amount):
        """Make so much of what was paid, and not delivered, open credit; the enrolment goes on with fewer hours.

        :param float amount: taxes included, in the enrolment's currency
        """
        missing = amount + sum(source._open_credit_lines().mapped("amount_residual_currency"))
        if source.currency_id.compare_amounts(missing, 0) > 0:
            self.env["account.move"]._edu_credit_part(source, missing, "move_out")

    @api.model
    def _expire(self, enrollments):
        """Let whatever hours, or money without hours, are left lapse, and count it (E18)."""
        due = enrollments.filtered(
            lambda item: item.hours_left > 0 or not item.currency_id.is_zero(max(item.amount_deferred, 0.0))
        )
        left = {
            enrollment: {
                "hours": max(enrollment.hours_left, 0.0),
                "amount": max(enrollment.amount_deferred, 0.0),
            }
            for enrollment in due
        }
        self._log_each("expire", left)
        self.env["edu.ledger.entry"]._book(
            [
                {
                    "enrollment_id": enrollment.id,
                    "kind": "expiry",
                    "hours": -lapsed["hours"],
                    "amount": -lapsed["amount"],
                }
                for enrollment, lapsed in left.items()
            ]
        )


class EduEnrollment(models.Model):
    """What became of an enrolment (E17)."""

    _name = "edu.enrollment"
    _inherit = ["edu.enrollment"]

    change_ids = fields.One2many("edu.enrollment.change", "enrollment_id", string="Changes")
