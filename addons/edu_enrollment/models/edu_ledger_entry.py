from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.money import earned_amount


class EduLedgerEntry(models.Model):
    """The hours of an enrolment and the money that belongs to them, line by line (E18).

    Append-only: what was wrong is countered by a new line. Positive hours and amounts add to what the student
    still has, negative ones take away, so that a plain sum is what is left: of hours to teach, and of money
    that is deferred.
    """

    _name = "edu.ledger.entry"
    _description = "Hours Ledger Entry"
    _inherit = ["edu.base.mixin"]
    _order = "date desc, id desc"
    _rec_name = "kind"

    enrollment_id = fields.Many2one(
        "edu.enrollment", string="Enrolment", required=True, index=True, ondelete="restrict"
    )
    student_id = fields.Many2one(related="enrollment_id.student_id", store=True, index=True, precompute=True)
    campus_id = fields.Many2one(related="enrollment_id.campus_id", store=True, index=True, precompute=True)
    company_id = fields.Many2one(related="enrollment_id.company_id", store=True, index=True, precompute=True)
    date = fields.Date(required=True, default=fields.Date.context_today)
    kind = fields.Selection(
        [
            ("purchase", "Purchase"),
            ("delivery", "Delivery"),
            ("adjust", "Adjustment"),
            ("move_in", "Moved In"),
            ("move_out", "Moved Out"),
            ("refund", "Refund"),
            ("expiry", "Expiry"),
        ],
        required=True,
    )
    hours = fields.Float(digits=(8, 2), required=True)
    currency_id = fields.Many2one(related="enrollment_id.currency_id", store=True, precompute=True)
    amount = fields.Monetary(required=True, help="Without taxes, in the currency of the enrolment.")
    move_id = fields.Many2one(
        "account.move", string="Journal Entry", index="btree_not_null", ondelete="restrict"
    )
    origin = fields.Reference(selection="_selection_origin", index=True, help="What the entry was made for.")

    _purchase_once = models.UniqueIndex(
        "(enrollment_id, origin) WHERE kind = 'purchase'", "This purchase is in the ledger already."
    )
    _sign_of_kind = models.Constraint(
        "CHECK (CASE WHEN kind IN ('purchase', 'move_in') THEN hours >= 0 AND amount >= 0"
        " WHEN kind IN ('move_out', 'refund', 'expiry') THEN hours <= 0 AND amount <= 0 ELSE TRUE END)",
        "A purchase adds hours and money, a refund, a move or an expiry takes them away.",
    )

    @api.model
    def _selection_origin(self):
        return [("account.move", self.env._("Invoice")), ("edu.enrollment", self.env._("Enrolment"))]

    def write(self, vals):
        # Stored related fields follow their source through _write; nobody writes an entry. Merging contacts
        # writes to all references to them, none of them here.
        if self:
            raise UserError(
                self.env._("An entry of the hours ledger is never changed. Add a countering entry instead.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(
            self.env._("An entry of the hours ledger is never deleted. Add a countering entry instead.")
        )

    @api.model
    def _deliver(self, lines):
        """Book delivered hours in one batch; the money follows from the hours (E18, E19).

        The caller has checked that the user may book them: whoever may take the roll of a lesson may.

        :param list lines: dicts with ``enrollment_id`` (id), ``date`` (date), ``hours`` (float; negative takes
            a delivery back) and optionally ``origin`` (``"model,id"``)
        :return: the new ``edu.ledger.entry`` records, in the order of ``lines``
        """
        enrollments = self.env["edu.enrollment"].browse({line["enrollment_id"] for line in lines})
        enrollments._lock()
        delivered = defaultdict(lambda: [0.0, 0.0])
        bought = defaultdict(lambda: [0.0, 0.0])
        for enrollment, kind, hours, amount in self.sudo()._read_group(
            [("enrollment_id", "in", enrollments.ids)], ["enrollment_id", "kind"], ["hours:sum", "amount:sum"]
        ):
            total = (delivered if kind == "delivery" else bought)[enrollment.id]
            total[0] += hours
            total[1] += amount
        roundings = {enrollment.id: enrollment.currency_id.rounding for enrollment in enrollments.sudo()}
        vals_list = []
        for line in lines:
            enrollment_id = line["enrollment_id"]
            done = delivered[enrollment_id]
            hours_bought, net = bought[enrollment_id]
            done[0] -= line["hours"]
            amount = -earned_amount(net, hours_bought, -done[0], roundings[enrollment_id]) - done[1]
            done[1] += amount
            vals_list.append(
                {
                    "enrollment_id": enrollment_id,
                    "kind": "delivery",
                    "date": line["date"],
                    "hours": -line["hours"],
                    "amount": amount,
                    "origin": line.get("origin"),
                }
            )
        entries = self.sudo().create(vals_list)
        # Who has left is not taught any more: hours taken back belong to the payer, as those of the cancellation.
        enrollments.sudo().filtered(
            lambda enrollment: enrollment.state == "cancelled" and enrollment.hours_left > 0
        )._credit_undelivered()
        return entries
