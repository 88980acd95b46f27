"""What the random histories of money, hours and seats are made of: their cast, and what must always be true.

A step is a line of Python that calls what the screens call. The lines that were run *are* the script that a
failing history prints, so that it can be run again as it stands.
"""

import re
import textwrap
import time
from collections import Counter
from contextlib import contextmanager
from datetime import date, timedelta

import freezegun.api
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, MissingError, UserError
from odoo.fields import Command
from odoo.tools import SQL

from .common import EnrollmentCommon

SCRIPT = '''\
"""A history that fails. Save it as addons/edu_enrollment/tests/test_script.py and run it by scripts/test."""

from odoo.tests import tagged

from odoo.addons.edu_enrollment.tests.histories import HistoryCommon


@tagged("post_install", "-at_install")
class TestScript(HistoryCommon):
    company_currency = {currency!r}

    def test_script(self):
        env = self.begin({settings})
        {lines}
        self.check_books()
'''
# What a request answers with a sentence instead of an error of the server.
REFUSALS = (UserError, IntegrityError)
FIRST_DAY = date(2026, 3, 2)
MONEY_FIELDS = (
    "amount_total",
    "amount_untaxed",
    "amount_invoiced",
    "amount_paid",
    "amount_received",
    "amount_refunded",
    "amount_credit",
    "amount_refund_approved",
    "amount_delivered",
    "amount_expired",
    "amount_deferred",
    "deposit_amount",
)


class HistoryCommon(EnrollmentCommon):
    """The cast of the histories, on top of the enrolment's.

    =========== ==========================================================================================
    students    0 an, 1 his sister (mother pays for both), 2 binh, 3 and 4 at north, 5 chi at south
    packages    "VND none", "VND excluded", "VND included", the same in USD and KWD: their taxes of 10 %;
                "VND pass" is sold by hours without a class, "VND free" costs nothing
    classes     class_n (3 seats), class_m (1 seat), class_s at south; class_h of the next program
    promotion   12.5 % for everybody
    =========== ==========================================================================================

    Time stands still on the 2nd of March 2026 until ``travel`` moves it; rates of currencies change on the way.
    The director does everything, with the rights of a director.
    """

    company_currency = "VND"

    @classmethod
    def setUpClass(cls):
        # hypothesis and pytest measure how long things take, by the true clock.
        cls.clock = freezegun.api.freeze_time(FIRST_DAY, ignore=["hypothesis", "_pytest"])
        cls.frozen = cls.startClassPatcher(cls.clock)
        super().setUpClass()
        cls.company.currency_id = cls._currency(cls.company_currency)
        cls._make_rates()
        cls.deferred, cls.income, cls.kept, cls.vat = cls.env["account.account"].create(
            [
                {"code": code, "name": name, "account_type": kind, "company_ids": cls.company.ids}
                for code, name, kind in (
                    ("338700", "Deferred tuition", "liability_current"),
                    ("511300", "Tuition", "income"),
                    ("711000", "Deposits kept", "income_other"),
                    ("333110", "VAT", "liability_current"),
                )
            ]
        )
        cls.company.write(
            {
                "edu_deferred_account_id": cls.deferred.id,
                "edu_deposit_account_id": cls.kept.id,
                "edu_transfer_fee_account_id": cls.kept.id,
            }
        )
        cls._make_courses()
        cls._make_packages()
        cls.promotion = cls.env["edu.promotion"].create(
            {
                "name": "Tết",
                "date_start": "2026-01-01",
                "date_end": "2027-12-31",
                "discount_rate": 12.5,
                "marketing_rate": 40,
                "campus_id": cls.north.id,
                "other_campus_ids": [Command.set(cls.south.ids)],
            }
        )
        more = cls.env["edu.student"].create(
            [
                {"name": name, "campus_id": cls.north.id, "user_id": cls.users["counsellor"].id}
                for name in ("Trần Minh Châu", "Đỗ Dũng", "Vũ Hà")
            ]
        )
        more[0].guardian_ids = [
            Command.create({"partner_id": cls.mother.id, "relation": "mother", "is_payer": True})
        ]
        cls.students = [cls.an, more[0], cls.binh, more[1], more[2], cls.chi]

    @classmethod
    def _make_rates(cls):
        """Units per company currency; the worth of money changes in the middle of March and again in April."""
        worth = {"VND": 1.0, "USD": 25_000.0, "KWD": 81_300.0}
        own = worth[cls.company_currency]
        cls.env["res.currency.rate"].create(
            [
                {
                    "currency_id": cls._currency(name).id,
                    "company_id": cls.company.id,
                    "name": day,
                    "rate": own / value * drift,
                }
                for name, value in worth.items()
                if name != cls.company_currency
                for day, drift in (("2025-12-31", 1.0), ("2026-03-14", 1.0137), ("2026-04-09", 0.9791))
            ]
        )

    @classmethod
    def _make_courses(cls):
        cls.higher = cls.program.copy({"code": "T-IELTS2", "name": "IELTS Advanced"})
        cls.higher.action_submit()
        cls.higher.action_publish()
        cls.program.next_program_id = cls.higher
        cls.class_m = cls.class_n.copy({"code": "T-N2", "name": "Mornings", "capacity": 1})
        # Began in February: whoever joins now pays for the rest.
        cls.class_m.write({"date_start": "2026-02-02", "date_end": "2026-06-26"})
        cls.class_h = cls.class_n.copy({"code": "T-N3", "name": "Advanced", "program_id": cls.higher.id})
        (cls.class_m | cls.class_h).action_open()

    @classmethod
    def _make_packages(cls):
        thirds = cls.env["account.payment.term"].create(
            {
                "name": "Thirds",
                "company_id": cls.company.id,
                "line_ids": [Command.clear()]
                + [
                    Command.create({"value": "percent", "value_amount": rate, "nb_days": days})
                    for rate, days in ((33.33, 0), (33.33, 20), (33.34, 40))
                ],
            }
        )
        excluded, included = cls.env["account.tax"].create(
            [
                {
                    "name": f"VAT 10 {kind}",
                    "amount": 10,
                    "company_id": cls.company.id,
                    "price_include_override": f"tax_{kind}",
                }
                for kind in ("excluded", "included")
            ]
        )
        for tax in excluded | included:
            lines = tax.invoice_repartition_line_ids | tax.refund_repartition_line_ids
            lines.filtered(lambda line: line.repartition_type == "tax").account_id = cls.vat
        taxes = {"none": excluded.browse(), "excluded": excluded, "included": included}
        terms = (cls.term, thirds, cls.env["account.payment.term"])
        cls.packages = {}
        for row, (name, price, hours) in enumerate(
            (("VND", 9_999_999, 60), ("USD", 301.03, 37.5), ("KWD", 1000.001, 13))
        ):
            for column, (kind, tax) in enumerate(taxes.items()):
                cls.packages[f"{name} {kind}"] = package = cls._make_package(
                    name=f"{name} {kind}",
                    price=price,
                    hours=hours,
                    currency_id=cls._currency(name).id,
                    payment_term_id=terms[(row + column) % 3].id,
                    program_ids=[Command.set((cls.program | cls.higher).ids)],
                )
                package.tax_ids = tax
        vnd = cls._currency("VND").id
        cls.packages["VND pass"] = cls._make_package(
            name="VND pass", kind="hours", price=1_000_000, hours=7, currency_id=vnd, program_ids=False
        )
        cls.packages["VND free"] = cls._make_package(name="VND free", price=0, hours=4, currency_id=vnd)
        for package in cls.packages.values():
            package.product_id.property_account_income_id = cls.income

    # ------------------------------------------------------------------ what a script calls
    def begin(self, **settings):
        """Start a history.

        :param settings: of the company
        :return: environment of the director, who does everything
        """
        self.frozen.move_to(FIRST_DAY)
        self.company.write(settings)
        return self.env(user=self.users["director"])

    def made(self, model, number=1):
        """The last records that were made, in the order of their making."""
        records = self.env(user=self.users["director"])[model]
        return records.search([("company_id", "=", self.company.id)], order="id desc", limit=number)[::-1]

    def travel(self, days):
        """Let days go by."""
        self.frozen.tick(timedelta(days=days))

    @contextmanager
    def refused(self):
        """The step within is refused, and leaves nothing behind."""
        before = self._snapshot()
        with self.assertRaises(REFUSALS), self.env.cr.savepoint():
            yield
            self.env.flush_all()
        self.assertEqual(self._snapshot(), before)

    # ------------------------------------------------------------------ what must always be true
    def check_books(self):
        """Design, “How the money works”, 6, and the rules of the seats; read from accounting and ledger with SQL.

        :raise AssertionError: with all that is wrong
        """
        self.env.flush_all()
        wrong = [
            *self._unbalanced_moves(),
            *self._wrong_instalments(),
            *self._wrong_residuals(),
            *self._wrong_enrollments(),
            *self._wrong_deferral(),
            *self._wrong_refunds(),
            *self._wrong_seats(),
        ]
        if wrong:
            raise AssertionError("\n".join(wrong))

    def _rows(self, query, **values):
        """Rows of a query as dicts; ``%(company)s`` and the currencies' ``digits`` are known to it."""
        self.env.cr.execute(SQL(query, company=self.company.id, **values))
        return self.env.cr.dictfetchall()

    def _unbalanced_moves(self):
        """Every posted entry is balanced, in the company's currency and in its own."""
        for row in self._rows(
            """
            SELECT move.name, SUM(line.balance) AS balance, SUM(line.amount_currency) AS amount
              FROM account_move AS move
              JOIN account_move_line AS line ON line.move_id = move.id
             WHERE move.company_id = %(company)s AND move.state = 'posted'
          GROUP BY move.id
            HAVING ROUND(SUM(line.balance), 6) <> 0
                OR COUNT(DISTINCT line.currency_id) = 1 AND ROUND(SUM(line.amount_currency), 6) <> 0
            """
        ):
            yield f"{row['name']} is not balanced: {row['balance']}, in its currency {row['amount']}"

    def _wrong_instalments(self):
        """Instalments make the invoice, to the last unit; nothing that was posted is negative."""
        for row in self._rows(
            """
            SELECT move.name, move.amount_total, SUM(line.amount_currency) AS amount
              FROM account_move AS move
         LEFT JOIN account_move_line AS line ON line.move_id = move.id AND line.display_type = 'payment_term'
             WHERE move.company_id = %(company)s AND move.state = 'posted'
               AND move.move_type IN ('out_invoice', 'out_refund')
          GROUP BY move.id
            HAVING ROUND(COALESCE(SUM(line.amount_currency), 0), 6) <> ROUND(move.amount_total_in_currency_signed, 6)
                OR ROUND(COALESCE(SUM(line.balance), 0), 6) <> ROUND(move.amount_total_signed, 6)
                OR move.amount_total < 0
            """
        ):
            yield f"{row['name']}: instalments of {row['amount']} for {row['amount_total']}"

    def _wrong_residuals(self):
        """What is open of a receivable line is its amount without what was set off, in both currencies.

        Every one of them belongs to an enrolment: no money is lost between two.
        """
        for row in self._rows(
            """
            SELECT move.name, line.amount_currency, line.amount_residual_currency AS residual,
                   line.balance, line.amount_residual, debit.amount AS debit, credit.amount AS credit,
                   COALESCE(move.enrollment_id, payment.enrollment_id) AS enrollment
              FROM account_move_line AS line
              JOIN account_account AS account ON account.id = line.account_id
              JOIN account_move AS move ON move.id = line.move_id
         LEFT JOIN account_payment AS payment ON payment.id = move.origin_payment_id
         LEFT JOIN edu_enrollment AS enrollment
                ON enrollment.id = COALESCE(move.enrollment_id, payment.enrollment_id)
        CROSS JOIN LATERAL (
                       SELECT COALESCE(SUM(amount), 0) AS amount,
                              COALESCE(SUM(debit_amount_currency), 0) AS currency
                         FROM account_partial_reconcile WHERE debit_move_id = line.id
                   ) AS debit
        CROSS JOIN LATERAL (
                       SELECT COALESCE(SUM(amount), 0) AS amount,
                              COALESCE(SUM(credit_amount_currency), 0) AS currency
                         FROM account_partial_reconcile WHERE credit_move_id = line.id
                   ) AS credit
             WHERE line.company_id = %(company)s AND line.parent_state = 'posted'
               AND account.account_type = 'asset_receivable'
               AND (ROUND(line.amount_currency - debit.currency + credit.currency
                          - line.amount_residual_currency, 6) <> 0
                    OR ROUND(line.balance - debit.amount + credit.amount - line.amount_residual, 6) <> 0
                    OR line.amount_residual_currency = 0 AND line.amount_residual <> 0
                    OR COALESCE(move.enrollment_id, payment.enrollment_id) IS NULL
                       AND line.amount_currency <> 0
                    OR line.currency_id <> enrollment.currency_id AND line.amount_residual_currency <> 0)
            """
        ):
            yield f"open of a receivable line is wrong, or it is nobody's: {row}"

    def _wrong_enrollments(self):
        """Per enrolment: what its fields say is what accounting and ledger say, and the sums of the design hold."""
        self.enrollments = self._rows(
            """
            SELECT enrollment.*, currency.decimal_places AS digits, currency.name AS currency,
                   books.*, invoices.*, ledger.*, refunds.*
              FROM edu_enrollment AS enrollment
              JOIN res_currency AS currency ON currency.id = enrollment.currency_id
        CROSS JOIN LATERAL (
                       SELECT COALESCE(SUM(line.amount_currency) FILTER (
                                  WHERE move.move_type IN ('out_invoice', 'out_refund')), 0) AS invoiced,
                              COALESCE(-SUM(line.amount_currency) FILTER (
                                  WHERE payment.payment_type = 'inbound'), 0) AS received,
                              COALESCE(-SUM(line.amount_currency) FILTER (
                                  WHERE payment.payment_type = 'inbound' AND payment.is_deposit), 0) AS deposit,
                              COALESCE(SUM(line.amount_currency) FILTER (
                                  WHERE payment.payment_type = 'outbound'), 0) AS paid_back,
                              COALESCE(SUM(line.amount_currency) FILTER (
                                  WHERE move.move_type = 'entry' AND payment.id IS NULL), 0) AS moved_on,
                              COALESCE(SUM(line.amount_residual_currency) FILTER (
                                  WHERE line.amount_currency > 0), 0) AS due,
                              COALESCE(-SUM(line.amount_residual_currency) FILTER (
                                  WHERE line.amount_currency < 0), 0) AS credit,
                              COALESCE(SUM(line.amount_residual_currency) FILTER (
                                  WHERE move.move_type = 'out_invoice'), 0) AS unpaid,
                              COALESCE(-SUM(line.amount_residual_currency) FILTER (
                                  WHERE move.move_type = 'entry' AND line.amount_currency < 0), 0) AS unused
                         FROM account_move AS move
                         JOIN account_move_line AS line ON line.move_id = move.id
                         JOIN account_account AS account ON account.id = line.account_id
                    LEFT JOIN account_payment AS payment ON payment.id = move.origin_payment_id
                    LEFT JOIN edu_enrollment_change AS change ON change.move_id = move.id
                        WHERE move.state = 'posted' AND account.account_type = 'asset_receivable'
                          AND line.currency_id = enrollment.currency_id
                          -- An entry that moves money takes it from one enrolment and gives it to another.
                          AND enrollment.id = CASE WHEN change.id IS NOT NULL AND line.amount_currency > 0
                                                   THEN change.enrollment_id
                                                   ELSE COALESCE(move.enrollment_id, payment.enrollment_id) END
                   ) AS books
        CROSS JOIN LATERAL (
                       SELECT COALESCE(SUM(CASE move_type WHEN 'out_refund' THEN -amount_untaxed
                                                          ELSE amount_untaxed END), 0) AS net
                         FROM account_move
                        WHERE enrollment_id = enrollment.id AND state = 'posted'
                          AND move_type IN ('out_invoice', 'out_refund')
                   ) AS invoices
        CROSS JOIN LATERAL (
                       SELECT COALESCE(SUM(amount) FILTER (WHERE kind NOT IN ('delivery', 'expiry')), 0) AS kept,
                              COALESCE(-SUM(amount) FILTER (WHERE kind IN ('delivery', 'expiry')), 0) AS earned,
                              COALESCE(-SUM(amount) FILTER (WHERE kind = 'delivery'), 0) AS delivered,
                              COALESCE(SUM(hours) FILTER (WHERE kind IN ('purchase', 'adjust', 'move_in')), 0)
                                  AS bought,
                              COALESCE(-SUM(hours) FILTER (WHERE kind = 'delivery'), 0) AS taught,
                              COALESCE(-SUM(amount) FILTER (WHERE kind = 'expiry'), 0) AS lapsed,
                              COALESCE(-SUM(hours) FILTER (WHERE kind = 'move_out'), 0) AS moved,
                              COALESCE(-SUM(hours) FILTER (WHERE kind = 'refund'), 0) AS given_back,
                              COALESCE(-SUM(hours) FILTER (WHERE kind = 'expiry'), 0) AS expired
                         FROM edu_ledger_entry
                        WHERE enrollment_id = enrollment.id
                   ) AS ledger
        CROSS JOIN LATERAL (
                       SELECT COALESCE(SUM(amount) FILTER (WHERE state = 'paid'), 0) AS refunds_paid,
                              COALESCE(SUM(amount) FILTER (WHERE state = 'approved'), 0) AS refunds_approved
                         FROM edu_refund
                        WHERE enrollment_id = enrollment.id
                   ) AS refunds
             WHERE enrollment.company_id = %(company)s
          ORDER BY enrollment.id
            """
        )
        for row in self.enrollments:
            name, digits = row["name"], row["digits"]
            for sentence, left, right in self._sums(row):
                if round(left - right, 2 if "hours" in sentence else digits):
                    yield f"{name}, {row['currency']}: {sentence}: {left} ≠ {right}"
            if row["unpaid"] > 0 and row["unused"] > 0:
                yield f"{name}: {row['unused']} lie unused, and {row['unpaid']} are to be paid"
            if row["bought"] and round(row["hours_left"], 2) <= 0 and round(row["amount_deferred"], digits):
                yield f"{name}: no hours are left, but {row['amount_deferred']} to be earned by them"
            if row["state"] == "cancelled" and (round(row["hours_left"], 2) > 0 or row["amount_deferred"] > 0):
                yield f"{name} is cancelled, but {row['hours_left']} hours are left"
            if row["state"] == "cancelled" and not round(row["net"], digits) and round(row["invoiced"], digits):
                yield f"{name} is cancelled and nothing was taught, but {row['invoiced']} stay invoiced"
            for field in MONEY_FIELDS:
                amount = round(row[field], row["digits"])
                if amount < 0 or amount != round(row[field], 9):
                    yield f"{name}: {field} is no amount of {row['currency']}: {row[field]}"

    @staticmethod
    def _sums(row):
        """What must be equal: sentence, left side, right side."""
        used = row["invoiced"] - row["due"]
        return (
            ("invoiced", row["amount_invoiced"], row["invoiced"]),
            ("received", row["amount_received"], row["received"]),
            ("deposit", row["deposit_amount"], row["deposit"]),
            ("refunded", row["amount_refunded"], row["paid_back"]),
            ("refunds paid", row["refunds_paid"], row["paid_back"]),
            ("refunds approved", row["amount_refund_approved"], row["refunds_approved"]),
            ("open credit", row["amount_credit"], row["credit"]),
            ("due", row["amount_due"], row["due"] - row["credit"]),
            ("paid = invoiced - due", row["amount_paid"], row["amount_invoiced"] - row["amount_due"]),
            (
                "received - moved on = applied + open credit + refunded",
                row["received"] - row["moved_on"],
                used + row["credit"] + row["paid_back"],
            ),
            ("net invoiced = earned + deferred", row["net"], row["earned"] + row["amount_deferred"]),
            ("net invoiced = ledger without what was earned", row["net"], row["kept"]),
            ("earned", row["amount_delivered"], row["delivered"]),
            ("lapsed", row["amount_expired"], row["lapsed"]),
            ("hours bought", row["hours_total"], row["bought"]),
            ("hours delivered", row["hours_delivered"], row["taught"]),
            ("hours moved", row["hours_moved"], row["moved"]),
            ("hours refunded", row["hours_refunded"], row["given_back"]),
            ("hours expired", row["hours_expired"], row["expired"]),
            (
                "hours bought = delivered + left + moved + refunded + expired",
                row["bought"],
                row["taught"] + row["hours_left"] + row["moved"] + row["given_back"] + row["expired"],
            ),
        )

    def _wrong_deferral(self):
        """The deferred account holds what the ledger still owes, and what it earned and has not posted yet.

        Income is the rest: what was posted as earned, and all of what was never deferred.
        """
        for row in self._rows(
            """
            WITH booked AS (
                SELECT line.currency_id,
                       -SUM(amount_currency) FILTER (WHERE account_id = %(deferred)s) AS deferred,
                       -SUM(balance) FILTER (WHERE account_id = %(deferred)s) AS worth,
                       -SUM(amount_currency) FILTER (WHERE account_id = %(income)s) AS income
                  FROM account_move_line AS line
                 WHERE company_id = %(company)s AND parent_state = 'posted'
              GROUP BY 1
            ),
            ledger AS (
                SELECT entry.currency_id,
                       SUM(amount) FILTER (
                           WHERE deferred_account_id IS NOT NULL
                             AND (kind NOT IN ('delivery', 'expiry') OR move_id IS NOT NULL)) AS deferred,
                       SUM(CASE WHEN deferred_account_id IS NULL AND kind NOT IN ('delivery', 'expiry') THEN amount
                                WHEN deferred_account_id IS NOT NULL AND kind IN ('delivery', 'expiry')
                                     AND move_id IS NOT NULL THEN -amount END) AS income,
                       BOOL_OR(kind IN ('delivery', 'expiry') AND move_id IS NULL AND amount <> 0) AS waits
                  FROM edu_ledger_entry AS entry
                  JOIN edu_enrollment AS enrollment ON enrollment.id = entry.enrollment_id
                 WHERE entry.company_id = %(company)s
              GROUP BY 1
            )
            SELECT currency.name, booked.deferred, booked.worth, booked.income,
                   ledger.deferred AS deferred_ledger, ledger.income AS income_ledger
              FROM booked
         FULL JOIN ledger USING (currency_id)
              JOIN res_currency AS currency ON currency.id = currency_id
             WHERE ROUND(COALESCE(booked.deferred, 0) - COALESCE(ledger.deferred, 0), currency.decimal_places) <> 0
                OR ROUND(COALESCE(booked.income, 0) - COALESCE(ledger.income, 0), currency.decimal_places) <> 0
                -- While something waits to be recognised, one enrolment may owe what another one has.
                OR ROUND(COALESCE(booked.deferred, 0), 6) = 0 AND ROUND(COALESCE(booked.worth, 0), 6) <> 0
                   AND NOT COALESCE(ledger.waits, FALSE)
            """,
            deferred=self.deferred.id,
            income=self.income.id,
        ):
            yield f"deferred revenue and ledger differ: {row}"
        for row in self._rows(
            """
            SELECT move.name, entry.earned, line.booked
              FROM (SELECT move_id, -SUM(amount) AS earned FROM edu_ledger_entry
                     WHERE company_id = %(company)s AND kind IN ('delivery', 'expiry') AND move_id IS NOT NULL
                  GROUP BY 1) AS entry
              JOIN account_move AS move ON move.id = entry.move_id
         LEFT JOIN (SELECT move_id, -SUM(amount_currency) AS booked FROM account_move_line
                     WHERE company_id = %(company)s AND account_id = %(income)s GROUP BY 1) AS line
                ON line.move_id = move.id
             WHERE move.state <> 'posted' OR ROUND(entry.earned - COALESCE(line.booked, 0), 6) <> 0
            """,
            income=self.income.id,
        ):
            yield f"an entry posts something else than the ledger earned: {row}"

    def _wrong_refunds(self):
        """A paid refund is its payment; nothing is paid out twice, nor more than came in."""
        self.refunds = self._rows(
            """
            SELECT refund.id, refund.state, refund.amount, refund.enrollment_id, payment.amount AS paid,
                   payment.state AS payment, payment.enrollment_id AS paid_by
              FROM edu_refund AS refund
         LEFT JOIN account_payment AS payment ON payment.id = refund.payment_id
             WHERE refund.company_id = %(company)s
          ORDER BY refund.id
            """
        )
        for row in self.refunds:
            is_paid = row["payment"] in ("paid", "in_process")
            if (row["state"] == "paid") != is_paid or (
                is_paid and (row["paid"], row["paid_by"]) != (row["amount"], row["enrollment_id"])
            ):
                yield f"a refund and its payment differ: {row}"

    def _wrong_seats(self):
        """Seats are those who hold one and those who were offered one; an enrolment waits as long as its entry."""
        self.seats = self._rows(
            """
            SELECT class_.id, class_.code, class_.capacity, class_.seats_limited, class_.seats_taken,
                   class_.seats_offered, class_.waitlist_count, class_.state,
                   (SELECT COUNT(*) FROM edu_enrollment
                     WHERE class_id = class_.id AND state IN ('confirmed', 'suspended', 'completed')) AS seated,
                   (SELECT COUNT(*) FROM edu_waitlist
                     WHERE class_id = class_.id AND state = 'offered') AS offered,
                   (SELECT COUNT(*) FROM edu_waitlist
                     WHERE class_id = class_.id AND state = 'waiting') AS queued,
                   (SELECT ARRAY_AGG(position ORDER BY position) FROM edu_waitlist
                     WHERE class_id = class_.id AND state IN ('waiting', 'offered')) AS positions
              FROM edu_class AS class_
             WHERE class_.company_id = %(company)s
            """
        )
        for row in self.seats:
            taken = row["seated"] + row["offered"]
            if row["seats_taken"] != taken or (row["seats_limited"] and taken > row["capacity"]):
                yield f"class {row['code']}: {taken} seats of {row['capacity']}, said are {row['seats_taken']}"
            if (row["seats_offered"], row["waitlist_count"]) != (row["offered"], row["queued"]):
                yield f"class {row['code']}: its waiting list is counted wrongly: {row}"
            if row["positions"] and row["positions"] != list(range(1, len(row["positions"]) + 1)):
                yield f"class {row['code']}: the waiting list is numbered {row['positions']}"
            if row["queued"] and row["seats_limited"] and taken < row["capacity"] and row["state"] != "draft":
                yield f"class {row['code']}: a seat is free, and {row['queued']} wait"
        self.entries = self._rows(
            """
            SELECT id, state, enrollment_id, class_id FROM edu_waitlist WHERE company_id = %(company)s ORDER BY id
            """
        )
        active = Counter(
            row["enrollment_id"] for row in self.entries if row["state"] in ("waiting", "offered")
        )
        for row in self.enrollments:
            if active[row["id"]] != (row["state"] == "waiting"):
                yield f"{row['name']} is {row['state']}, on {active[row['id']]} waiting lists"

    # ------------------------------------------------------------------ snapshots
    def _snapshot(self):
        """Numbers and sums of whatever a step may write."""
        self.env.flush_all()
        [row] = self._rows(
            """
            SELECT (SELECT ROW(COUNT(*), COUNT(*) FILTER (WHERE state = 'posted'), SUM(amount_residual))::text
                      FROM account_move WHERE company_id = %(company)s) AS moves,
                   (SELECT ROW(COUNT(*), SUM(ABS(balance)), SUM(ABS(amount_residual)),
                               SUM(ABS(amount_residual_currency)))::text
                      FROM account_move_line WHERE company_id = %(company)s) AS lines,
                   (SELECT ROW(COUNT(*), SUM(amount), STRING_AGG(state, ' ' ORDER BY id))::text
                      FROM account_payment WHERE company_id = %(company)s) AS payments,
                   (SELECT ROW(COUNT(*), SUM(amount))::text
                      FROM account_partial_reconcile WHERE company_id = %(company)s) AS partials,
                   (SELECT ROW(COUNT(*), SUM(amount_total), SUM(amount_paid), SUM(amount_due), SUM(hours_left),
                               STRING_AGG(state || COALESCE(class_id, 0), ' ' ORDER BY id))::text
                      FROM edu_enrollment WHERE company_id = %(company)s) AS enrollments,
                   (SELECT ROW(COUNT(*), SUM(hours), SUM(amount), COUNT(move_id))::text
                      FROM edu_ledger_entry WHERE company_id = %(company)s) AS ledger,
                   (SELECT ROW(COUNT(*), SUM(amount), STRING_AGG(state, ' ' ORDER BY id))::text
                      FROM edu_refund WHERE company_id = %(company)s) AS refunds,
                   (SELECT COUNT(*) FROM edu_enrollment_change WHERE company_id = %(company)s) AS changes,
                   (SELECT STRING_AGG(state || position, ' ' ORDER BY id)
                      FROM edu_waitlist WHERE company_id = %(company)s) AS waitlist,
                   (SELECT STRING_AGG(state || seats_taken || '/' || capacity, ' ' ORDER BY id)
                      FROM edu_class WHERE company_id = %(company)s) AS seats
            """
        )
        return row


class History:
    """One history that is being made: its lines, and how each step went.

    :param case: the test, a ``HistoryCommon``
    :param Counter accepted, refused: number of steps by kind, counted on
    :param settings: of the company
    """

    # What steps make: model, letter of the variables, and where the test keeps the rows.
    MADE = (
        ("edu.enrollment", "e", "enrollments"),
        ("edu.refund", "r", "refunds"),
        ("edu.waitlist", "w", "entries"),
    )

    def __init__(self, case, accepted, refused, **settings):
        self.case, self.settings, self.lines = case, settings, []
        self.accepted, self.refused = accepted, refused
        self.known = {model: {} for model, _letter, _rows in self.MADE}
        self.names = {"self": case, "env": case.begin(**settings)}
        case.check_books()
        self.snapshot = case._snapshot()

    def do(self, kind, source, nothing_new=False):
        """Run a line as a request would, and see that all is right.

        :param str kind: what the step is counted as
        :param str source: a line of Python, or several
        :param bool nothing_new: the step repeats what has been done, and must change nothing
        :return: whether it was accepted
        :raise HistoryError: something is wrong; with the history
        """
        self.lines.append(source)
        try:
            done = self.run(source)
            self.check(nothing_new or not done)
        except Exception as error:
            raise HistoryError(self, error, (kind, source, nothing_new)) from error
        (self.accepted if done else self.refused)[kind] += 1
        return done

    def run(self, source):
        """Run a line as one request; what is refused is written down as such."""
        try:
            with self.case.env.cr.savepoint():
                exec(compile(source, "history", "exec"), self.names)
                self.case.env.flush_all()
        except (AccessError, MissingError):
            # The director may do all of this, and everything is there.
            raise
        except REFUSALS as error:
            if isinstance(error, IntegrityError) and not self._is_explained(error):
                raise
            self.lines[-1] = "with self.refused():\n" + textwrap.indent(source, "    ")
            return False
        return True

    def _is_explained(self, error):
        """Whether Odoo answers the request with the sentence of a constraint."""
        name = error.diag.constraint_name
        return any(name in model._table_objects for model in self.case.env.registry.values())

    def check(self, nothing_new=False):
        """See that the books are right, and give names to what is new."""
        self.case.check_books()
        snapshot, before = self.case._snapshot(), self.snapshot
        if nothing_new and snapshot != before:
            changed = {key: (before[key], snapshot[key]) for key in snapshot if before[key] != snapshot[key]}
            raise AssertionError(f"the last step left something behind: {changed}")
        self.snapshot = snapshot
        for model, letter, rows in self.MADE:
            known = self.known[model]
            fresh = [row for row in getattr(self.case, rows) if row["id"] not in known]
            if fresh:
                names = [f"{letter}{len(known) + place}" for place in range(1, len(fresh) + 1)]
                known.update({row["id"]: name for row, name in zip(fresh, names, strict=True)})
                if not self.lines[-1].startswith(f"{names[0]} = "):
                    count = f", {len(names)}" if len(names) > 1 else ""
                    line = f'{", ".join(names)} = self.made("{model}"{count})'
                    exec(line, self.names)
                    self.lines[-1] += f"\n{line}"
            for row in getattr(self.case, rows):
                row["var"] = known[row["id"]]

    def next_name(self, model="edu.enrollment"):
        """The variable of the next record that is made."""
        letter = next(letter for name, letter, _rows in self.MADE if name == model)
        return f"{letter}{len(self.known[model]) + 1}"

    def script(self):
        """The history as a test that can be run."""
        return SCRIPT.format(
            currency=self.case.company_currency,
            settings=", ".join(f"{name}={value!r}" for name, value in self.settings.items()),
            lines=textwrap.indent("\n".join(self.lines), " " * 8).lstrip(),
        )


class HistoryError(AssertionError):
    """Something that must always be true is not; the message ends with the script."""

    def __init__(self, history, error, step):
        self.history, self.step = history, step
        self.sentence = f"{type(error).__name__}: {error}"
        for row in history.case.enrollments:
            self.sentence = self.sentence.replace(row["name"], history.known["edu.enrollment"].get(row["id"], "e"))
        super().__init__(f"{self.sentence}\n\n{history.script()}")

    @property
    def reason(self):
        """The sentence without its names and figures."""
        return re.sub("[^a-z]+", " ", self.sentence.partition("\n")[0])

    def shortened(self, seconds=120):
        """The same failure after as few steps as can be found in so many seconds, by leaving steps out.

        :return: ``HistoryError``
        """
        until = time.perf_counter() + seconds
        best = self

        def leave_out(unwanted):
            nonlocal best
            lines = best.history.lines[:-1]
            fewer = [line for place, line in enumerate(lines) if not unwanted(place, line)]
            if len(fewer) < len(lines) and time.perf_counter() < until:
                best = self._replay(fewer) or best

        leave_out(lambda _place, line: line.startswith("with self.refused()"))
        text = "\n".join(best.history.lines)
        for name in sorted(set(re.findall(r"\b[erw]\d+\b", text)), reverse=True):
            leave_out(lambda _place, line, name=name: re.search(rf"\b{name}\b", line))
        for last in reversed(range(len(best.history.lines) - 1)):
            leave_out(lambda place, _line, last=last: place == last)
        return best

    def _replay(self, lines):
        """Run lines, and the failing step again; the books are looked at just before it and after it.

        :return: ``HistoryError`` where it fails in the same way, else None
        """
        case = self.history.case
        savepoint = case.env.cr.savepoint()
        try:
            history = History(case, Counter(), Counter(), **self.history.settings)
            history.lines += lines
            for line in lines:
                exec(compile(line, "history", "exec"), history.names)
            history.check()
            history.lines[:] = lines
            history.do(*self.step)
        except HistoryError as error:
            return error if error.reason == self.reason else None
        except Exception:
            # Without one of its steps a history may be no history any more.
            return None
        else:
            return None
        finally:
            savepoint.close(rollback=True)
            case.env.invalidate_all(flush=False)
