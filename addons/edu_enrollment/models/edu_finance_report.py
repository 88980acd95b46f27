from odoo import api, fields, models, tools
from odoo.fields import Domain
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
    _inherit = ["edu.base.mixin"]
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
            "company_id",
            "currency_id",
            "date",
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
            "matching_number",
            "move_id",
            "parent_state",
            "payment_id",
        ],
        "account.partial.reconcile": ["amount", "credit_move_id", "debit_move_id"],
        "account.payment": ["amount_company_currency_signed", "enrollment_id", "move_id"],
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
        # An earlier version was a database view, which would block changes of columns.
        tools.drop_view_if_exists(self.env.cr, self._table)

    @api.model
    def _search(self, domain, *args, **kwargs):
        # JIT compilation of a query of this size takes longer than running it.
        self.env.cr.execute("SET LOCAL jit = off")
        return super()._search(Domain(domain).map_conditions(self._null_is_zero), *args, **kwargs)

    @api.model
    def _null_is_zero(self, condition):
        """Null is 0, and “not 0” is asked so that the database need not look at the facts of other measures."""
        name, asked = condition.field_expr, (condition.operator, condition.value)
        field = self._fields.get(name)
        if field and field.type == "monetary":
            if asked == ("!=", 0):
                return Domain(name, "<", 0) | Domain(name, ">", 0)
            if asked == ("=", 0):
                return Domain(name, "<=", 0) & Domain(name, ">=", 0)
        return condition

    def _read_group_select(self, aggregate_spec, query):
        select = super()._read_group_select(aggregate_spec, query)
        return SQL("COALESCE(%s, 0)", select) if aggregate_spec.endswith(":sum") else select

    @property
    def _table_query(self):
        # The last three bits of an id say which kind of row it is, so that ids are unique and stable. Measures
        # that a row does not have are NULL, which costs nothing to sum up. The first branch gives the types, so
        # that the database plans all branches as one and skips those that a filter excludes.
        return SQL(
            """
            SELECT fact.*,
                   CASE WHEN fact.due > 0 AND fact.date < enrollment.today THEN fact.due END AS overdue,
                   CASE WHEN fact.due < 0 THEN -fact.due END AS open_credit,
                   enrollment.student_id, enrollment.campus_id, enrollment.package_id, enrollment.user_id,
                   enrollment.company_id, enrollment.currency_id, enrollment.program_id
              FROM (
                SELECT move.id::bigint * 8 AS id, move.invoice_date AS date, move.enrollment_id,
                       NULL::numeric AS received, NULL::numeric AS refunds, NULL::numeric AS collected,
                       move.amount_total_signed AS invoiced,
                       CASE move.move_type WHEN 'out_refund' THEN -move.amount_total_signed END AS credited,
                       NULL::numeric AS due, NULL::numeric AS discounts,
                       NULL::numeric AS discounts_marketing, NULL::numeric AS discounts_center,
                       NULL::numeric AS delivered, NULL::numeric AS deferred
                  FROM account_move AS move
                 WHERE move.enrollment_id IS NOT NULL
                   AND move.state = 'posted'
                   AND move.move_type IN ('out_invoice', 'out_refund')
             UNION ALL
                SELECT line.id::bigint * 8 + 1, COALESCE(line.date_maturity, line.date),
                       COALESCE(move.enrollment_id, payment.enrollment_id),
                       NULL, NULL, NULL, NULL, NULL, line.amount_residual, NULL, NULL, NULL, NULL, NULL
                  FROM account_move_line AS line
                  JOIN account_account AS account ON account.id = line.account_id
                  JOIN account_move AS move ON move.id = line.move_id
             LEFT JOIN account_payment AS payment ON payment.id = line.payment_id
                 WHERE line.amount_residual <> 0
                   AND line.parent_state = 'posted'
                   AND account.account_type = 'asset_receivable'
                   AND COALESCE(move.enrollment_id, payment.enrollment_id) IS NOT NULL
             UNION ALL
                SELECT payment.id::bigint * 8 + 2, move.date, payment.enrollment_id,
                       GREATEST(payment.amount_company_currency_signed, 0),
                       GREATEST(-payment.amount_company_currency_signed, 0),
                       payment.amount_company_currency_signed,
                       NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
                  FROM account_payment AS payment
                  JOIN account_move AS move ON move.id = payment.move_id
                 WHERE payment.enrollment_id IS NOT NULL
                   AND move.state = 'posted'
             UNION ALL
                %(applied_in)s
             UNION ALL
                %(applied_out)s
             UNION ALL
                SELECT discount.id::bigint * 8 + 5, discount.date, discount.enrollment_id,
                       NULL, NULL, NULL, NULL, NULL, NULL, discount.amount,
                       CASE discount.bearer WHEN 'marketing' THEN discount.amount END,
                       CASE discount.bearer WHEN 'center' THEN discount.amount END,
                       NULL, NULL
                  FROM (%(discounts)s) AS discount
             UNION ALL
                -- Hours in another currency are worth what their invoice was posted at.
                SELECT entry.id::bigint * 8 + 6, entry.date, entry.enrollment_id,
                       NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
                       CASE WHEN entry.kind IN ('delivery', 'expiry')
                            THEN -entry.amount / COALESCE(invoice.rate, 1) END,
                       CASE WHEN invoice.rate IS NULL THEN entry.amount ELSE entry.amount / invoice.rate END
                  FROM edu_ledger_entry AS entry
             LEFT JOIN (
                       SELECT DISTINCT ON (move.enrollment_id) move.enrollment_id,
                              NULLIF(move.invoice_currency_rate, 0)::numeric AS rate
                         FROM account_move AS move
                         JOIN res_company AS company ON company.id = move.company_id
                        WHERE move.currency_id <> company.currency_id
                          AND move.enrollment_id IS NOT NULL
                          AND move.move_type = 'out_invoice'
                          AND move.state = 'posted'
                     ORDER BY move.enrollment_id, move.id
                       ) AS invoice ON invoice.enrollment_id = entry.enrollment_id
                 WHERE entry.amount <> 0
              ) AS fact
              JOIN (
                SELECT sale.id, sale.student_id, sale.campus_id, sale.package_id, sale.user_id, sale.company_id,
                       company.currency_id,
                       COALESCE(class_.program_id, (
                           SELECT MIN(rel.program_id)
                             FROM edu_package_program_rel AS rel
                            WHERE rel.package_id = sale.package_id
                       )) AS program_id,
                       (now() AT TIME ZONE COALESCE(campus.tz, 'UTC'))::date AS today
                  FROM edu_enrollment AS sale
                  JOIN edu_campus AS campus ON campus.id = sale.campus_id
                  JOIN res_company AS company ON company.id = sale.company_id
             LEFT JOIN edu_class AS class_ ON class_.id = sale.class_id
                -- Once per enrolment, not once per fact.
                OFFSET 0
              ) AS enrollment ON enrollment.id = fact.enrollment_id
            """,
            applied_in=self._sql_applied(
                3, "credit_move_id", "debit_move_id", SQL("partial.amount, NULL, partial.amount")
            ),
            applied_out=self._sql_applied(
                4, "debit_move_id", "credit_move_id", SQL("NULL, partial.amount, -partial.amount")
            ),
            discounts=self.env["edu.discount.report"]._table_query,
        )

    def _sql_applied(self, number, paid, settled, amounts):
        """Money that names no enrolment (of several invoices at once, or from a bank statement) counts where it
        was applied.

        :param int number: which fact it is, see ``_table_query``
        :param str paid: column of the partial reconciliation that holds the line of the money
        :param str settled: column that holds the line of the invoice or credit note
        :param SQL amounts: received, refunded and collected
        """
        return SQL(
            """
                SELECT partial.id::bigint * 8 + %(number)s, paid.date, move.enrollment_id, %(amounts)s,
                       NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
                  FROM account_partial_reconcile AS partial
                  JOIN account_move_line AS paid ON paid.id = partial.%(paid)s
                  JOIN account_move_line AS settled ON settled.id = partial.%(settled)s
                  JOIN account_move AS move ON move.id = settled.move_id
             LEFT JOIN account_payment AS payment ON payment.id = paid.payment_id
                 WHERE paid.journal_id = ANY (ARRAY(
                           SELECT id FROM account_journal WHERE type IN ('bank', 'cash', 'credit')
                       ))
                   AND paid.matching_number IS NOT NULL
                   AND move.enrollment_id IS NOT NULL
                   AND payment.enrollment_id IS NULL
            """,
            number=number,
            paid=SQL.identifier(paid),
            settled=SQL.identifier(settled),
            amounts=amounts,
        )
