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
        self.action_post()

    def _reverse_moves(self, default_values_list=None, cancel=False):
        """A credit note belongs to the enrolment of the invoice that it reverses."""
        self._check_no_recognition()
        default_values_list = default_values_list or [{} for _move in self]
        for move, values in zip(self, default_values_list, strict=True):
            values.setdefault("enrollment_id", move.enrollment_id.id)
        return super()._reverse_moves(default_values_list, cancel)

    def _check_draftable(self):
        self._check_no_recognition()
        return super()._check_draftable()

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
