from odoo import fields, models, tools


class EduFinanceReport(models.Model):
    """Money by day, campus, program, package and person (E22): a row per posted fact, read from accounting.

    Amounts are in the currency of the enrolment. Collected, invoiced, credited, refunded and due amounts
    include taxes, as the customer sees them; discounts, delivered and deferred amounts do not.
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
    currency_id = fields.Many2one("res.currency", readonly=True)
    collected = fields.Monetary(readonly=True, help="Money received and set off against invoices.")
    invoiced = fields.Monetary(readonly=True, help="Invoices less credit notes.")
    credited = fields.Monetary(readonly=True, help="Credit notes.")
    due = fields.Monetary(readonly=True, help="Open today.")
    overdue = fields.Monetary(readonly=True, help="Open today, and due before today.")
    refunds = fields.Monetary(readonly=True, help="Money given back.")
    discounts = fields.Monetary(readonly=True, help="Discounts on invoices, without taxes.")
    delivered = fields.Monetary(readonly=True, help="Earned by delivered or lapsed hours, without taxes.")
    deferred = fields.Monetary(
        readonly=True,
        help="Added to what is not delivered yet, without taxes; the sum up to a day is the balance.",
    )

    _depends = {
        "account.move": [
            "amount_total",
            "currency_id",
            "enrollment_id",
            "invoice_date",
            "move_type",
            "state",
        ],
        "account.move.line": [
            "amount_residual_currency",
            "currency_id",
            "date",
            "date_maturity",
            "display_type",
            "move_id",
            "payment_id",
            "price_subtotal",
            "statement_line_id",
        ],
        "account.partial.reconcile": [
            "credit_amount_currency",
            "credit_move_id",
            "debit_amount_currency",
            "debit_move_id",
        ],
        "edu.campus": ["tz"],
        "edu.class": ["program_id"],
        "edu.enrollment": ["campus_id", "class_id", "company_id", "package_id", "student_id", "user_id"],
        "edu.ledger.entry": ["amount", "currency_id", "date", "enrollment_id", "kind"],
        "edu.package": ["program_ids"],
    }

    def init(self):
        tools.drop_view_if_exists(self.env.cr, self._table)
        # The last three bits of an id say which fact it is, so that ids are unique and stay the same.
        self.env.cr.execute(
            """
            CREATE VIEW edu_finance_report AS
            WITH fact (id, date, enrollment_id, currency_id, collected, invoiced, credited, due, refunds,
                       discounts, delivered, deferred) AS (
                SELECT move.id::bigint * 8, move.invoice_date, move.enrollment_id, move.currency_id, 0,
                       CASE move.move_type WHEN 'out_invoice' THEN move.amount_total ELSE -move.amount_total END,
                       CASE move.move_type WHEN 'out_refund' THEN move.amount_total ELSE 0 END,
                       0, 0, 0, 0, 0
                  FROM account_move AS move
                 WHERE move.enrollment_id IS NOT NULL
                   AND move.state = 'posted'
                   AND move.move_type IN ('out_invoice', 'out_refund')
             UNION ALL
                SELECT line.id::bigint * 8 + 1, move.invoice_date, move.enrollment_id, line.currency_id,
                       0, 0, 0, 0, 0, -line.price_subtotal, 0, 0
                  FROM account_move AS move
                  JOIN account_move_line AS line ON line.move_id = move.id
                 WHERE move.enrollment_id IS NOT NULL
                   AND move.state = 'posted'
                   AND move.move_type = 'out_invoice'
                   AND line.display_type = 'product'
                   AND line.price_subtotal < 0
             UNION ALL
                SELECT line.id::bigint * 8 + 2, COALESCE(line.date_maturity, line.date), move.enrollment_id,
                       line.currency_id, 0, 0, 0, line.amount_residual_currency, 0, 0, 0, 0
                  FROM account_move AS move
                  JOIN account_move_line AS line ON line.move_id = move.id
                 WHERE move.enrollment_id IS NOT NULL
                   AND move.state = 'posted'
                   AND move.move_type IN ('out_invoice', 'out_refund')
                   AND line.display_type = 'payment_term'
                   AND line.amount_residual_currency <> 0
             UNION ALL
                SELECT partial.id::bigint * 8 + 3, paid.date, move.enrollment_id, open.currency_id,
                       partial.debit_amount_currency, 0, 0, 0, 0, 0, 0, 0
                  FROM account_move AS move
                  JOIN account_move_line AS open ON open.move_id = move.id
                  JOIN account_partial_reconcile AS partial ON partial.debit_move_id = open.id
                  JOIN account_move_line AS paid ON paid.id = partial.credit_move_id
                  JOIN account_move AS payment ON payment.id = paid.move_id
                 WHERE move.enrollment_id IS NOT NULL
                   AND move.state = 'posted'
                   AND move.move_type = 'out_invoice'
                   AND payment.move_type NOT IN ('out_invoice', 'out_refund')
             UNION ALL
                -- What left a credit note: to the bank it is a refund; to somebody else's invoice it is money
                -- that was collected here and counts as collected there.
                SELECT partial.id::bigint * 8 + 4, paid.date, move.enrollment_id, open.currency_id,
                       CASE WHEN paid.payment_id IS NULL AND paid.statement_line_id IS NULL
                            THEN -partial.credit_amount_currency ELSE 0 END,
                       0, 0, 0,
                       CASE WHEN paid.payment_id IS NULL AND paid.statement_line_id IS NULL
                            THEN 0 ELSE partial.credit_amount_currency END,
                       0, 0, 0
                  FROM account_move AS move
                  JOIN account_move_line AS open ON open.move_id = move.id
                  JOIN account_partial_reconcile AS partial ON partial.credit_move_id = open.id
                  JOIN account_move_line AS paid ON paid.id = partial.debit_move_id
                  JOIN account_move AS payment ON payment.id = paid.move_id
                 WHERE move.enrollment_id IS NOT NULL
                   AND move.state = 'posted'
                   AND move.move_type = 'out_refund'
                   AND payment.move_type NOT IN ('out_invoice', 'out_refund')
             UNION ALL
                SELECT entry.id::bigint * 8 + 5, entry.date, entry.enrollment_id, entry.currency_id,
                       0, 0, 0, 0, 0, 0,
                       CASE WHEN entry.kind IN ('delivery', 'expiry') THEN -entry.amount ELSE 0 END,
                       entry.amount
                  FROM edu_ledger_entry AS entry
                 WHERE entry.amount <> 0
            )
            SELECT fact.*,
                   CASE WHEN fact.date < (now() AT TIME ZONE COALESCE(campus.tz, 'UTC'))::date
                        THEN fact.due ELSE 0 END AS overdue,
                   enrollment.student_id, enrollment.campus_id, enrollment.package_id, enrollment.user_id,
                   enrollment.company_id,
                   COALESCE(course.program_id, (
                       SELECT MIN(rel.program_id)
                         FROM edu_package_program_rel AS rel
                        WHERE rel.package_id = enrollment.package_id
                   )) AS program_id
              FROM fact
              JOIN edu_enrollment AS enrollment ON enrollment.id = fact.enrollment_id
              JOIN edu_campus AS campus ON campus.id = enrollment.campus_id
         LEFT JOIN edu_class AS course ON course.id = enrollment.class_id
            """
        )
