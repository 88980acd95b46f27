from itertools import pairwise

from xlsxwriter.utility import xl_col_to_name, xl_range_abs

from odoo import fields, models
from odoo.tools import format_date

# Days overdue at which an open amount moves to the next age class.
AGES = (0, 30, 60, 90)


class EduFinanceReportXlsx(models.AbstractModel):
    """The finance report as a workbook (E22): what the user may see of ``edu.finance.report``.

    Every sheet is a table with a total for each currency, a summary by campus and currency, and a chart of
    that summary. Totals and summaries are formulas over the table. Amounts are in the currency of the company.
    """

    _name = "report.edu_enrollment.finance_report_xlsx"
    _inherit = "report.report_xlsx.abstract"
    _description = "Finance Report as Workbook"

    def generate_xlsx_report(self, workbook, data, objs):
        for wizard in objs:
            period = [("date", ">=", wizard.date_from), ("date", "<=", wizard.date_to)]
            subtitle = f"{format_date(self.env, wizard.date_from)} – {format_date(self.env, wizard.date_to)}"
            today = self.env._("Open on %s", format_date(self.env, fields.Date.context_today(self)))
            for name, note, labels, dimensions, rows in (
                (
                    self.env._("Collections"),
                    subtitle,
                    *self._flow(wizard, period, "received", "refunds", "collected", "invoiced"),
                ),
                (self.env._("Receivables by Age"), today, *self._receivables(wizard)),
                (self.env._("Refunds"), subtitle, *self._flow(wizard, period, "credited", "refunds")),
                (self.env._("Discounts by Bearer"), subtitle, *self._discounts(wizard, period)),
                (self.env._("Delivered and Deferred"), subtitle, *self._deferral(wizard)),
            ):
                self._write_sheet(workbook, name, note, labels, dimensions, rows)

    # ------------------------------------------------------------------ figures
    def _label(self, *names):
        return [self.env["edu.finance.report"]._fields[name]._description_string(self.env) for name in names]

    def _flow(self, wizard, period, *measures):
        """Sums by day, campus, program, package and person.

        :return: (labels of the measures, labels of the dimensions, rows); a row ends with currency and amounts
        """
        dimensions = ("date", "campus_id", "program_id", "package_id", "user_id", "currency_id")
        rows = self.env["edu.finance.report"]._read_group(
            wizard._domain() + period + ["|"] * (len(measures) - 1) + [(name, "!=", 0) for name in measures],
            ["date:day", *dimensions[1:]],
            [f"{name}:sum" for name in measures],
            order="date:day, campus_id, program_id, package_id, user_id, currency_id",
        )
        width = len(dimensions)
        rows = [(*row[:width], *(amount or 0.0 for amount in row[width:])) for row in rows]
        return self._label(*measures), self._label(*dimensions), rows

    def _receivables(self, wizard):
        """What is open today, by campus, program, person and enrolment, and how long it has been overdue."""
        dimensions = ("campus_id", "program_id", "user_id", "enrollment_id", "currency_id")
        today = fields.Date.context_today(self)
        rows = {}
        for *key, day, due, credit in self.env["edu.finance.report"]._read_group(
            [*wizard._domain(), ("due", "!=", 0)],
            [*dimensions, "date:day"],
            ["due:sum", "open_credit:sum"],
            order="campus_id, program_id, user_id, enrollment_id, currency_id, date:day",
        ):
            amounts = rows.setdefault(tuple(key), [0.0] * (len(AGES) + 3))
            age = (today - day).days
            credit = credit or 0.0
            amounts[sum(age > limit for limit in AGES)] += due + credit
            amounts[-2] -= credit
            amounts[-1] += due
        labels = [
            self.env._("Not Due"),
            *(self.env._("%(a)s–%(b)s Days", a=a + 1, b=b) for a, b in pairwise(AGES)),
            self.env._("Over %s Days", AGES[-1]),
            *self._label("open_credit", "due"),
        ]
        return labels, self._label(*dimensions), [(*key, *amounts) for key, amounts in rows.items()]

    def _discounts(self, wizard, period):
        """What discounts cost, by who bears them: those of promotions, and those that were agreed."""
        dimensions = ("campus_id", "program_id", "user_id", "promotion_id", "currency_id")
        report = self.env["edu.discount.report"]
        bearers = report._fields["bearer"]._description_selection(self.env)
        rows = {}
        for *key, bearer, amount in report._read_group(
            wizard._domain() + period,
            [*dimensions, "bearer"],
            ["amount:sum"],
            order="campus_id, program_id, user_id, promotion_id, currency_id",
        ):
            amounts = rows.setdefault(tuple(key), dict.fromkeys([value for value, _label in bearers], 0.0))
            amounts[bearer] += amount
        labels = [label for _value, label in bearers] + self._label("discounts")
        names = [report._fields[name]._description_string(self.env) for name in dimensions]
        return (
            labels,
            names,
            [(*key, *amounts.values(), sum(amounts.values())) for key, amounts in rows.items()],
        )

    def _deferral(self, wizard):
        """Deferred before the period, sold and delivered in it, deferred after it."""
        dimensions = ("campus_id", "program_id", "package_id", "currency_id")
        report = self.env["edu.finance.report"]

        def sums(*dates):
            return {
                tuple(key): (deferred or 0.0, delivered or 0.0)
                for *key, deferred, delivered in report._read_group(
                    [*wizard._domain(), *dates, ("deferred", "!=", 0)],
                    dimensions,
                    ["deferred:sum", "delivered:sum"],
                    order="campus_id, program_id, package_id, currency_id",
                )
            }

        after = sums(("date", "<=", wizard.date_to))
        within = sums(("date", ">=", wizard.date_from), ("date", "<=", wizard.date_to))
        rows = []
        for key, (balance, _delivered_ever) in after.items():
            added, delivered = within.get(key, (0.0, 0.0))
            rows.append((*key, balance - added, added + delivered, delivered, balance))
        labels = [
            self.env._("Deferred Before"),
            self.env._("Sold"),
            self.env._("Delivered"),
            self.env._("Deferred After"),
        ]
        return labels, self._label(*dimensions), rows

    # ------------------------------------------------------------------ sheets
    def _write_sheet(self, workbook, name, note, labels, dimensions, rows):
        """One table with its totals, summary and chart.

        :param labels: names of the amounts
        :param dimensions: names of the columns before them; the last is the currency
        :param rows: tuples of dimension values (records or dates) and amounts
        """
        sheet = workbook.add_worksheet(name[:31])
        bold = workbook.add_format({"bold": True})
        head = workbook.add_format({"bold": True, "bottom": 1, "bg_color": "#E7E9ED"})
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        width = len(dimensions)
        currencies = self.env["res.currency"].union(*(row[width - 1] for row in rows))
        formats = {
            currency: {
                is_total: workbook.add_format(
                    {
                        "num_format": "#,##0"
                        + ("." + "0" * currency.decimal_places) * bool(currency.decimal_places),
                        "bold": is_total,
                    }
                )
                for is_total in (False, True)
            }
            for currency in currencies
        }
        sheet.write_string(0, 0, name, bold)
        sheet.write_string(1, 0, note)
        sheet.set_column(0, width - 1, 20)
        sheet.set_column(width, width + len(labels) - 1, 16)
        for column, label in enumerate((*dimensions, *labels)):
            sheet.write_string(3, column, label, head)
        sheet.freeze_panes(4, 0)
        first = line = 4
        for row in rows:
            for column, value in enumerate(row[:width]):
                if isinstance(value, models.BaseModel):
                    sheet.write_string(line, column, self._text(value))
                else:
                    sheet.write_datetime(line, column, value, day)
            for column, amount in enumerate(row[width:], width):
                currency = row[width - 1]
                sheet.write_number(line, column, currency.round(amount), formats[currency][False])
            line += 1
        last = max(line - 1, first)
        campus_column = (
            next(
                (index for index, value in enumerate(rows[0]) if getattr(value, "_name", "") == "edu.campus"),
                0,
            )
            if rows
            else 0
        )
        ranges = {column: xl_range_abs(first, column, last, column) for column in range(width + len(labels))}
        line += 1
        for currency in currencies:
            own = [row for row in rows if row[width - 1] == currency]
            sheet.write_string(line, 0, self.env._("Total"), bold)
            sheet.write_string(line, width - 1, currency.name, bold)
            self._write_formulas(
                sheet,
                line,
                width,
                own,
                formats[currency][True],
                lambda column, line=line: (
                    f"=SUMIF({ranges[width - 1]},${xl_col_to_name(width - 1)}${line + 1},{ranges[column]})"
                ),
            )
            line += 1
        line += 1
        summary = line
        groups = {}
        for row in rows:
            groups.setdefault((row[campus_column], row[width - 1]), []).append(row)
        for (campus, currency), own in groups.items():
            sheet.write_string(line, 0, self._text(campus))
            sheet.write_string(line, width - 1, currency.name)
            self._write_formulas(
                sheet,
                line,
                width,
                own,
                formats[currency][False],
                lambda column, line=line: (
                    f"=SUMIFS({ranges[column]},{ranges[campus_column]},$A${line + 1},"
                    f"{ranges[width - 1]},${xl_col_to_name(width - 1)}${line + 1})"
                ),
            )
            line += 1
        if groups:
            chart = workbook.add_chart({"type": "column"})
            for column, label in enumerate(labels, width):
                chart.add_series(
                    {
                        "name": label,
                        "categories": [sheet.get_name(), summary, 0, line - 1, 0],
                        "values": [sheet.get_name(), summary, column, line - 1, column],
                    }
                )
            chart.set_title({"name": name})
            sheet.insert_chart(line + 1, 0, chart, {"x_scale": 1.6})

    def _write_formulas(self, sheet, line, width, rows, cell_format, formula):
        """Formulas with their results, for programs that show a workbook without computing it."""
        for column in range(width, len(rows[0])):
            currency = rows[0][width - 1]
            total = currency.round(sum(currency.round(row[column]) for row in rows))
            sheet.write_formula(line, column, formula(column), cell_format, total)

    def _text(self, record):
        # sudo: names of related records, as a list shows them, even of a promotion at another campus.
        record_sudo = record.sudo()
        return (record_sudo.name if record._name == "res.currency" else record_sudo.display_name) or ""
