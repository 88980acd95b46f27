import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL, format_date

_logger = logging.getLogger(__name__)


class EduLedgerEntry(models.Model):
    """Recognition of revenue (E19): what the ledger says was earned goes from deferred revenue to income.

    Earned are hours that were taught (``delivery``), and hours that were paid for and lapsed (``expiry``).
    """

    _inherit = "edu.ledger.entry"

    _unposted_idx = models.Index(
        "(company_id, date) WHERE kind IN ('delivery', 'expiry') AND move_id IS NULL"
    )

    @api.model
    def _recognize(self, companies, date_to, date_from=None, campuses=None):
        """Post what was earned and is not posted yet: one entry per company and currency, dated ``date_to``.

        Whoever comes at the same moment waits for the rows, starts again and finds nothing left. The caller
        has checked that the user may post, and works with sudo.

        :param companies: ``res.company`` recordset
        :param date date_to: last day of delivery
        :param date date_from: first day of delivery; none: since ever
        :param campuses: ``edu.campus`` recordset to restrict to; none: all
        :return: the posted ``account.move`` records
        :raise UserError: the period is locked, an account or journal is missing; nothing is posted then
        """
        portions = {}
        for company_id, currency_id, *portion in self._lock_unposted(companies, date_to, date_from, campuses):
            portions.setdefault((company_id, currency_id), []).append(portion)
        moves = self.env["account.move"]
        for (company_id, currency_id), rows in portions.items():
            company = self.env["res.company"].browse(company_id)
            currency = self.env["res.currency"].browse(currency_id)
            ledger = self.with_company(company)
            lines = ledger._prepare_recognition_lines(company, currency, rows)
            # Deliveries that were all taken back are no revenue; they stay for the next period to weigh up.
            if lines:
                move = (
                    self.env["account.move"]
                    .with_company(company)
                    .create(ledger._prepare_recognition_values(company, currency, date_to, date_from, lines))
                )
                self.browse(entry for row in rows for entry in row[-1])._mark_recognized(move)
                moves |= move
        if moves:
            moves.action_post()
        return moves

    @api.model
    def _lock_unposted(self, companies, date_to, date_from, campuses):
        """Lock the entries that are to be posted and sum them up, in one query whatever their number.

        :return: list of (company id, currency id, deferred account id, package id, enrolment id,
            amount earned in the currency, entry ids)
        """
        self.flush_model()
        self.env["edu.enrollment"].flush_model(["deferred_account_id", "package_id"])
        return self.env.execute_query(
            SQL(
                """
                WITH unposted AS (
                    SELECT entry.id, entry.company_id, entry.currency_id, entry.amount, entry.enrollment_id,
                           enrollment.deferred_account_id, enrollment.package_id
                      FROM edu_ledger_entry AS entry
                      JOIN edu_enrollment AS enrollment ON enrollment.id = entry.enrollment_id
                     WHERE entry.kind IN ('delivery', 'expiry')
                       AND entry.move_id IS NULL
                       AND entry.amount <> 0
                       AND entry.company_id IN %(companies)s
                       AND entry.date <= %(date_to)s
                       AND entry.date >= COALESCE(%(date_from)s, entry.date)
                       AND %(at_campuses)s
                       AND enrollment.deferred_account_id IS NOT NULL
                  ORDER BY entry.id
                       FOR UPDATE OF entry
                )
                SELECT company_id, currency_id, deferred_account_id, package_id, enrollment_id,
                       -SUM(amount), ARRAY_AGG(id)
                  FROM unposted
              GROUP BY 1, 2, 3, 4, 5
              ORDER BY 1, 2, 3, 4, 5
                """,
                companies=tuple(companies.ids) or (0,),
                date_to=date_to,
                date_from=date_from or None,
                at_campuses=SQL("entry.campus_id IN %s", tuple(campuses.ids)) if campuses else SQL("TRUE"),
            )
        )

    def _prepare_recognition_values(self, company, currency, date_to, date_from, lines):
        journal = company._edu_recognition_journal()
        company._edu_check_books_open(date_to, journal, self.env._("Revenue"))
        if date_from:
            ref = self.env._(
                "Revenue earned from %(start)s to %(end)s",
                start=format_date(self.env, date_from),
                end=format_date(self.env, date_to),
            )
        else:
            ref = self.env._("Revenue earned up to %s", format_date(self.env, date_to))
        return {
            "move_type": "entry",
            "company_id": company.id,
            "currency_id": currency.id,
            "journal_id": journal.id,
            "date": date_to,
            "ref": ref,
            "line_ids": [Command.create(values) for values in lines],
        }

    def _prepare_recognition_lines(self, company, currency, rows):
        """Lines of one entry: each deferred account against the income of each package.

        :param rows: (deferred account id, package id, enrolment id, amount in ``currency``, entry ids)
        """
        earned = {}
        worths = {row[2]: row[3] for row in rows}
        if currency != company.currency_id:
            worths = self.env["edu.enrollment"]._deferred_worths(worths)
        for account_id, package_id, enrollment_id, amount, _entries in rows:
            by_package = earned.setdefault(account_id, {})
            total = by_package.setdefault(package_id, [0.0, 0.0])
            total[0] += amount
            # Deferred revenue keeps the worth of the day of its invoice, in the company's currency.
            total[1] += worths[enrollment_id]
        packages = self.env["edu.package"].browse({row[1] for row in rows})
        accounts = packages._income_accounts()
        lines = []
        for account_id, by_package in earned.items():
            incomes = [
                [packages.browse(package_id), currency.round(amount), company.currency_id.round(balance)]
                for package_id, (amount, balance) in by_package.items()
                if not currency.is_zero(amount)
            ]
            if not incomes:
                continue
            lines += [
                {
                    "account_id": accounts[package].id,
                    "name": self.env._("Hours delivered: %s", package.name),
                    "currency_id": currency.id,
                    "amount_currency": -amount,
                    "balance": -balance,
                }
                for package, amount, balance in incomes
            ]
            lines.append(
                {
                    "account_id": account_id,
                    "name": self.env._("Hours delivered"),
                    "currency_id": currency.id,
                    "amount_currency": currency.round(sum(amount for _package, amount, _balance in incomes)),
                    "balance": company.currency_id.round(
                        sum(balance for _package, _amount, balance in incomes)
                    ),
                }
            )
        return lines

    def _mark_recognized(self, move):
        """The one step that an entry takes after it was written: from not posted to posted (E19).

        :raise UserError: somebody else posted one of them
        """
        self.env.cr.execute(
            SQL(
                "UPDATE edu_ledger_entry SET move_id = %s"
                " WHERE id IN %s AND move_id IS NULL AND kind IN ('delivery', 'expiry')",
                move.id,
                tuple(self.ids),
            )
        )
        if self.env.cr.rowcount != len(self):
            raise UserError(
                self.env._("This revenue has been posted by somebody else. Open the ledger again.")
            )
        self.invalidate_recordset(["move_id"], flush=False)
        move.invalidate_recordset(["edu_ledger_ids"], flush=False)

    @api.model
    def _cron_recognize(self):
        """Post everything that was earned up to the end of last month, company by company (E19)."""
        date_to = fields.Date.context_today(self).replace(day=1) - timedelta(days=1)
        deferring = self.env["edu.enrollment"]._read_group(
            [("deferred_account_id", "!=", False)], ["company_id"]
        )
        for (company,) in deferring:
            self._recognize_or_log(company, date_to)

    @api.model
    def _recognize_or_log(self, company, date_to):
        """One company's closed period does not keep the others waiting."""
        try:
            with self.env.cr.savepoint():
                self._recognize(company, date_to)
        except UserError as error:
            _logger.warning("Revenue of %s is not recognised: %s", company.name, error)
