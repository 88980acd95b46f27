from odoo import fields, models, tools
from odoo.tools import SQL


class EduFinanceReport(models.Model):
    """Money by day, campus, program, package and person (E22): a row per posted fact, read from accounting.

    All amounts are in the currency of the company, at the rate of the document: an invoice in another currency
    counts with what it was posted at, and so do its discounts, its delivered and its deferred hours. Received,
    refunded, invoiced and due amounts include taxes, as the customer sees them; discounts, delivered and
    deferred amounts do not. Money counts where it was received or given back: what is moved from one enrolment
    to another afterwards is no collection.
    """

    _name = "edu.finance.report"
    _description = "Finance Report"
    _auto = False
    _rec_name = "enrollment_id"
    _order = "date desc, id desc"

    date = fields.Date(readonly=True, help="Day of the document; of an open amount, the day it is due.")
    enrollment_id = fields.Many2one("edu.enrollment", string="Enrolment", readonly=True)
    student_id = fields.Many2one("edu.student", readonly=True)
    campus_id = fields.Many2one("edu.campus", readonly=True)
    program_id = fields.Many2one("edu.program", readonly=True, help="Of the class, else the package's first.")
    package_id = fields.Many2one("edu.package", readonly=True)
    user_id = fields.Many2one("res.users", string="Person in Charge", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True, help="Of the company.")
    received = fields.Monetary(readonly=True, help="Payments received, deposits and open credit included.")
    refunds = fields.Monetary(readonly=True, help="Payments given back.")
    collected = fields.Monetary(readonly=True, help="Received less refunds.")
    invoiced = fields.Monetary(readonly=True, help="Invoices less credit notes.")
    credited = fields.Monetary(readonly=True, help="Credit notes.")
    due = fields.Monetary(readonly=True, help="Open today, less open credit.")
    overdue = fields.Monetary(readonly=True, help="Open today, and due before today.")
    open_credit = fields.Monetary(readonly=True, help="The payer's money that no invoice has used yet.")
    discounts = fields.Monetary(
        readonly=True,
        help="Cost of discounts, without taxes; of a cancelled enrolment only of what was delivered.",
    )
    discounts_marketing = fields.Monetary(
        string="Discounts of Marketing", readonly=True, help="What marketing bears of the discounts."
    )
    discounts_center = fields.Monetary(
        string="Discounts of the Centre", readonly=True, help="What the centre bears of the discounts."
    )
    delivered = fields.Monetary(readonly=True, help="Earned by delivered or lapsed hours, without taxes.")
    deferred = fields.Monetary(
        readonly=True,
        help="Added to what is not delivered yet, without taxes; the sum up to a day is the balance.",
    )

    _depends = {
        "account.account": ["account_type"],
        "account.journal": ["type"],
        "account.move": [
            "amount_total_signed",
            "enrollment_id",
            "invoice_currency_rate",
            "invoice_date",
            "move_type",
            "state",
        ],
        "account.move.line": [
            "account_id",
            "amount_residual",
            "date",
            "date_maturity",
            "journal_id",
            "move_id",
            "parent_state",
            "payment_id",
        ],
        "account.partial.reconcile": ["amount", "credit_move_id", "debit_move_id"],
        "account.payment": ["amount_company_currency_signed", "date", "enrollment_id", "move_id"],
        "edu.campus": ["tz"],
        "edu.class": ["program_id"],
        "edu.discount.report": ["amount", "bearer", "date", "enrollment_id"],
        "edu.enrollment": [
            "campus_id",
            "class_id",
            "company_id",
            "currency_id",
            "package_id",
            "student_id",
            "user_id",
        ],
        "edu.ledger.entry": ["amount", "currency_id", "date", "enrollment_id", "kind"],
        "edu.package": ["program_ids"],
        "res.company": ["currency_id"],
    }

    def init(self):
        # It was a view of the database once; such a one would keep columns from being changed.
        tools.drop_view_if_exists(self.env.cr, self._table)

    @property
    def _table_query(self):
        # The last three bits of an id say which fact it is, so that ids are unique and stay the same.
        return SQL(
            """
            WITH foreign_rate AS (
                -- Hours of enrolments in another currency are worth what their invoice was posted at.
                SELECT DISTINCT ON (move.enrollment_id) move.enrollment_id,
                       NULLIF(move.invoice_currency_rate, 0)::numeric AS rate
                  FROM edu_enrollment AS enrollment
                  JOIN res_company AS company ON company.id = enrollment.company_id
                  JOIN account_move AS move ON move.enrollment_id = enrollment.id
                 WHERE enrollment.currency_id <> company.currency_id
                   AND move.move_type = 'out_invoice'
                   AND move.state = 'posted'
              ORDER BY move.enrollment_id, move.id
            ),
            fact (id, date, enrollment_id, received, refunds, invoiced, credited, due, discounts_marketing,
                  discounts_center, delivered, deferred) AS (
                SELECT move.id::bigint * 8, move.invoice_date, move.enrollment_id, 0, 0,
                       move.amount_total_signed,
                       CASE move.move_type WHEN 'out_refund' THEN -move.amount_total_signed ELSE 0 END,
                       0, 0, 0, 0, 0
                  FROM account_move AS move
                 WHERE move.enrollment_id IS NOT NULL
                   AND move.state = 'posted'
                   AND move.move_type IN ('out_invoice', 'out_refund')
             UNION ALL
                SELECT line.id::bigint * 8 + 1, COALESCE(line.date_maturity, line.date),
                       COALESCE(move.enrollment_id, payment.enrollment_id),
                       0, 0, 0, 0, line.amount_residual, 0, 0, 0, 0
                  FROM account_move_line AS line
                  JOIN account_account AS account ON account.id = line.account_id
                  JOIN account_move AS move ON move.id = line.move_id
             LEFT JOIN account_payment AS payment ON payment.id = line.payment_id
                 WHERE line.amount_residual <> 0
                   AND line.parent_state = 'posted'
                   AND account.account_type = 'asset_receivable'
                   AND COALESCE(move.enrollment_id, payment.enrollment_id) IS NOT NULL
             UNION ALL
                SELECT payment.id::bigint * 8 + 2, payment.date, payment.enrollment_id,
                       GREATEST(payment.amount_company_currency_signed, 0),
                       GREATEST(-payment.amount_company_currency_signed, 0),
                       0, 0, 0, 0, 0, 0, 0
                  FROM account_payment AS payment
                  JOIN account_move AS move ON move.id = payment.move_id
                 WHERE payment.enrollment_id IS NOT NULL
                   AND move.state = 'posted'
             UNION ALL
                -- Money that names no enrolment (of several invoices at once, or from a bank statement) counts
                -- where it was applied.
                SELECT partial.id::bigint * 8 + 3, paid.date, move.enrollment_id,
                       CASE WHEN paid.id = partial.credit_move_id THEN partial.amount ELSE 0 END,
                       CASE WHEN paid.id = partial.debit_move_id THEN partial.amount ELSE 0 END,
                       0, 0, 0, 0, 0, 0, 0
                  FROM account_partial_reconcile AS partial
            CROSS JOIN LATERAL (
                       VALUES (partial.debit_move_id, partial.credit_move_id),
                              (partial.credit_move_id, partial.debit_move_id)
                       ) AS side (open_id, paid_id)
                  JOIN account_move_line AS paid ON paid.id = side.paid_id
                  JOIN account_journal AS journal ON journal.id = paid.journal_id
                  JOIN account_move_line AS open ON open.id = side.open_id
                  JOIN account_move AS move ON move.id = open.move_id
             LEFT JOIN account_payment AS payment ON payment.id = paid.payment_id
                 WHERE journal.type IN ('bank', 'cash', 'credit')
                   AND move.enrollment_id IS NOT NULL
                   AND payment.enrollment_id IS NULL
             UNION ALL
                SELECT discount.id::bigint * 8 + 4, discount.date, discount.enrollment_id, 0, 0, 0, 0, 0,
                       CASE discount.bearer WHEN 'marketing' THEN discount.amount ELSE 0 END,
                       CASE discount.bearer WHEN 'center' THEN discount.amount ELSE 0 END,
                       0, 0
                  FROM (%(discounts)s) AS discount
             UNION ALL
                SELECT entry.id::bigint * 8 + 5, entry.date, entry.enrollment_id, 0, 0, 0, 0, 0, 0, 0,
                       CASE WHEN entry.kind IN ('delivery', 'expiry') THEN -entry.amount ELSE 0 END
                           / COALESCE(foreign_rate.rate, 1),
                       entry.amount / COALESCE(foreign_rate.rate, 1)
                  FROM edu_ledger_entry AS entry
             LEFT JOIN foreign_rate ON foreign_rate.enrollment_id = entry.enrollment_id
                 WHERE entry.amount <> 0
            )
            SELECT fact.*,
                   fact.received - fact.refunds AS collected,
                   fact.discounts_marketing + fact.discounts_center AS discounts,
                   CASE WHEN fact.due > 0 AND fact.date < (now() AT TIME ZONE COALESCE(campus.tz, 'UTC'))::date
                        THEN fact.due ELSE 0 END AS overdue,
                   GREATEST(-fact.due, 0) AS open_credit,
                   enrollment.student_id, enrollment.campus_id, enrollment.package_id, enrollment.user_id,
                   enrollment.company_id, company.currency_id,
                   COALESCE(course.program_id, (
                       SELECT MIN(rel.program_id)
                         FROM edu_package_program_rel AS rel
                        WHERE rel.package_id = enrollment.package_id
                   )) AS program_id
              FROM fact
              JOIN edu_enrollment AS enrollment ON enrollment.id = fact.enrollment_id
              JOIN edu_campus AS campus ON campus.id = enrollment.campus_id
              JOIN res_company AS company ON company.id = enrollment.company_id
         LEFT JOIN edu_class AS course ON course.id = enrollment.class_id
            """,
            discounts=self.env["edu.discount.report"]._table_query,
        )
