from datetime import timedelta

from odoo import api, fields, models


class EduRevenueRecognize(models.TransientModel):
    """Post the revenue that delivered hours have earned (E19)."""

    _name = "edu.revenue.recognize"
    _description = "Recognise Revenue"
    _inherit = ["edu.base.mixin"]

    period = fields.Selection(
        [("until", "Everything up to a Date"), ("month", "One Month"), ("range", "From … to …")],
        required=True,
        default="until",
    )
    date_to = fields.Date(
        string="Up To",
        required=True,
        default=lambda self: fields.Date.context_today(self).replace(day=1) - timedelta(days=1),
        help="Last day of delivery, and date of the journal entry.",
    )
    date_from = fields.Date(
        string="From",
        compute="_compute_date_from",
        store=True,
        readonly=False,
        precompute=True,
        help="First day of delivery. Empty: everything that has not been posted yet.",
    )
    campus_ids = fields.Many2many("edu.campus", string="Campuses", help="Empty: all campuses.")

    _dates_ordered = models.Constraint(
        "CHECK (date_from IS NULL OR date_from <= date_to)",
        "The period begins after it ends. Correct the dates.",
    )

    @api.depends("period", "date_to")
    def _compute_date_from(self):
        for wizard in self:
            if wizard.period == "month" and wizard.date_to:
                wizard.date_from = wizard.date_to.replace(day=1)
            elif wizard.period == "until":
                wizard.date_from = False
            else:
                wizard.date_from = wizard.date_from

    def action_apply(self):
        """Post one entry per company and currency; a second run posts nothing (E19).

        :return: action that shows the entries, or says that there was nothing to post
        :raise UserError: the period is locked, an account is missing; nothing is posted then
        """
        self.ensure_one()
        self.check_access("read")
        self.env["account.move"].check_access("create")
        # Checked above: who may write journal entries may have these written from the ledger.
        moves_sudo = (
            self.env["edu.ledger.entry"]
            .sudo()
            ._recognize(self.env.companies, self.date_to, self.date_from, self.campus_ids)
        )
        if not moves_sudo:
            return {
                "type": "ir.actions.client",
                "tag": "display_notification",
                "params": {
                    "type": "info",
                    "message": self.env._("Everything earned in this period has been posted already."),
                    "next": {"type": "ir.actions.act_window_close"},
                },
            }
        action = self.env["ir.actions.act_window"]._for_xml_id("account.action_move_journal_line")
        return action | {"domain": [("id", "in", moves_sudo.ids)], "context": {}}
