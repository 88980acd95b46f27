from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools.date_utils import end_of, start_of


class EduFinanceReportWizard(models.TransientModel):
    """Which part of the finance report goes into the workbook (E22)."""

    _name = "edu.finance.report.wizard"
    _description = "Finance Report as Workbook"
    _inherit = ["edu.base.mixin"]

    period = fields.Selection(
        [("month", "Month"), ("quarter", "Quarter"), ("range", "From … to …")],
        required=True,
        default="month",
    )
    date_from = fields.Date(
        string="From",
        required=True,
        compute="_compute_dates",
        store=True,
        readonly=False,
        precompute=True,
    )
    date_to = fields.Date(
        string="Up To",
        required=True,
        compute="_compute_dates",
        store=True,
        readonly=False,
        precompute=True,
    )
    campus_ids = fields.Many2many("edu.campus", string="Campuses", help="Empty: all that you may see.")
    program_ids = fields.Many2many("edu.program", string="Programs", help="Empty: all.")
    user_ids = fields.Many2many(
        "res.users", string="Persons in Charge", domain=[("share", "=", False)], help="Empty: everybody."
    )

    _dates_ordered = models.Constraint(
        "CHECK (date_from <= date_to)", "The period begins after it ends. Correct the dates."
    )

    @api.depends("period")
    def _compute_dates(self):
        today = fields.Date.context_today(self)
        for wizard in self:
            # A month or quarter that was chosen by its first day; without one, the last that is over.
            if wizard.period == "range" and wizard.date_from and wizard.date_to:
                continue
            unit = wizard.period if wizard.period in ("month", "quarter") else "month"
            months = 3 if unit == "quarter" else 1
            day = wizard.date_from or start_of(today, unit) - relativedelta(months=months)
            wizard.date_from = start_of(day, unit)
            wizard.date_to = end_of(day, unit)

    @api.onchange("date_from")
    def _onchange_date_from(self):
        if self.date_from and self.period in ("month", "quarter"):
            self.date_from = start_of(self.date_from, self.period)
            self.date_to = end_of(self.date_from, self.period)

    def _domain(self):
        """Conditions apart from the dates, on ``edu.finance.report`` as on ``edu.discount.report``."""
        self.ensure_one()
        domain = [("company_id", "in", self.env.companies.ids)]
        if self.campus_ids:
            domain.append(("campus_id", "in", self.campus_ids.ids))
        if self.program_ids:
            domain.append(("program_id", "in", self.program_ids.ids))
        if self.user_ids:
            domain.append(("user_id", "in", self.user_ids.ids))
        return domain

    def action_apply(self):
        """Make the workbook.

        :return: action that downloads it
        """
        self.ensure_one()
        return self.env.ref("edu_enrollment.edu_finance_report_action_xlsx").report_action(self)
