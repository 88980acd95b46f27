from odoo import models
from odoo.exceptions import UserError


class AccountPaymentRegister(models.TransientModel):
    _inherit = "account.payment.register"

    def _create_payment_vals_from_wizard(self, batch_result):
        return super()._create_payment_vals_from_wizard(batch_result) | self._edu_values(batch_result)

    def _create_payment_vals_from_batch(self, batch_result):
        return super()._create_payment_vals_from_batch(batch_result) | self._edu_values(batch_result)

    def _edu_values(self, batch_result):
        """A payment of one enrolment's invoice belongs to the enrolment."""
        enrollment = batch_result["lines"].move_id.enrollment_id
        return {"enrollment_id": enrollment.id} if len(enrollment) == 1 else {}

    def _create_payments(self):
        self._check_edu_open_amount()
        return super()._create_payments()

    def _check_edu_open_amount(self):
        """By hand nobody pays an enrolment more than is open (E14).

        :raise UserError: naming what is open
        """
        for wizard in self:
            moves = wizard.line_ids.move_id.filtered("enrollment_id")
            if not moves or not wizard.can_edit_wizard:
                continue
            currency = wizard.currency_id
            open_amount = wizard._get_total_amounts_to_pay(wizard.batches)["full_amount_for_difference"]
            if currency.compare_amounts(wizard.amount, open_amount) > 0:
                raise UserError(
                    self.env._(
                        "%(moves)s: %(amount)s is more than the %(open)s that are open."
                        " Type at most that; to take more, use “Collect” on the enrolment.",
                        moves=", ".join(moves.mapped("name")),
                        amount=currency.format(wizard.amount),
                        open=currency.format(open_amount),
                    )
                )
