from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

#: days overdue after which no first reminder is sent any more: people take over
LATEST = 60


class EduInstalmentReminder(models.Model):
    """A mail about one instalment, before or after its due date: of each kind one for that date (E13)."""

    _name = "edu.instalment.reminder"
    _description = "Instalment Reminder"
    _inherit = ["edu.base.mixin"]
    _order = "id desc"
    _rec_name = "line_id"

    line_id = fields.Many2one(
        "account.move.line", string="Instalment", required=True, index=True, ondelete="cascade"
    )
    enrollment_id = fields.Many2one(related="line_id.move_id.enrollment_id", string="Enrolment")
    partner_id = fields.Many2one(related="line_id.partner_id", string="Payer")
    date_maturity = fields.Date(
        string="Due Date",
        compute="_compute_date_maturity",
        store=True,
        precompute=True,
        help="As it was when the mail was written. One that was put off since is reminded of again.",
    )
    company_id = fields.Many2one(related="line_id.company_id")
    currency_id = fields.Many2one(related="line_id.currency_id")
    amount = fields.Monetary(required=True, help="What was open when the mail was written.")
    kind = fields.Selection(
        [("before", "Before the Due Date"), ("after", "After the Due Date")], required=True
    )
    date = fields.Date(string="Sent on", required=True, default=fields.Date.context_today)

    _once = models.UniqueIndex(
        "(line_id, kind, date_maturity)", "This reminder of the instalment has been sent already."
    )

    @api.depends("line_id")
    def _compute_date_maturity(self):
        for reminder in self:
            reminder.date_maturity = reminder.line_id.date_maturity

    @api.model
    def _cron_send(self):
        """Remind the payers of all companies, as each company has set; running it twice sends nothing twice."""
        reminding = Domain("edu_reminder_days_before", ">", 0) | Domain("edu_reminder_days_after", ">", 0)
        campuses = (
            self.env["edu.campus"]
            .with_context(active_test=False)
            .search([("company_id", "in", self.env["res.company"]._search(reminding))])
        )
        for (company, tz), local in campuses.grouped(lambda campus: (campus.company_id, campus.tz)).items():
            self.with_company(company).with_context(tz=tz)._send_due(local)

    @api.model
    def _send_due(self, campuses, today=None):
        """Write the reminders that are due, and their mails, in the payers' languages (E13).

        :param campuses: ``edu.campus`` of one company and time zone
        :param date today: default: today, in the time zone of the context
        :return: the new ``edu.instalment.reminder`` records
        """
        today = today or fields.Date.context_today(self)
        company = campuses.company_id
        before, after = company.edu_reminder_days_before, company.edu_reminder_days_after
        windows = []
        if before:
            windows.append(("before", today, today + timedelta(days=before)))
        if after:
            windows.append(("after", today - timedelta(days=after + LATEST), today - timedelta(days=after)))
        reminders = self.browse()
        for kind, first, last in windows:
            lines = self._lines_to_remind(campuses, kind, first, last)
            reminders |= self.create(
                [
                    {
                        "line_id": line.id,
                        "kind": kind,
                        "date": today,
                        "amount": line.amount_residual_currency,
                    }
                    for line in lines
                ]
            )
        if reminders:
            self.env.ref("edu_enrollment.mail_template_instalment_reminder").send_mail_batch(reminders.ids)
        return reminders

    @api.model
    def _lines_to_remind(self, campuses, kind, first, last):
        """Open instalments of payers with a mail address, due in these days, without a reminder of this kind.

        Who owes nothing, because other money of the enrolment makes up for it, is not written to.
        """
        lines = self.env["account.move.line"].search(
            [
                ("move_id.enrollment_id.campus_id", "in", campuses.ids),
                ("move_id.enrollment_id.amount_due", ">", 0),
                ("move_id.move_type", "=", "out_invoice"),
                ("display_type", "=", "payment_term"),
                ("parent_state", "=", "posted"),
                ("amount_residual", ">", 0),
                ("date_maturity", ">=", first),
                ("date_maturity", "<=", last),
                ("partner_id.email", "!=", False),
            ],
            order="date_maturity, id",
        )
        sent = self.search([("kind", "=", kind), ("line_id", "in", lines.ids)])
        reminded = {(reminder.line_id.id, reminder.date_maturity) for reminder in sent}
        return lines.filtered(lambda line: (line.id, line.date_maturity) not in reminded)
