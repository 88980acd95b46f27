from odoo import fields, models
from odoo.tools import SQL


class EduDiscountReport(models.Model):
    """What discounts cost and who bears it (E6, E22): a row per enrolment, discount and bearer.

    Amounts are those of the price list, in the company's currency at the invoice's rate. Of a cancelled
    enrolment only the part that was delivered counts: the rest has been credited net of its discount.
    """

    _name = "edu.discount.report"
    _description = "Cost of Discounts"
    _inherit = ["edu.base.mixin"]
    _auto = False
    _rec_name = "enrollment_id"
    _order = "date desc, id desc"

    date = fields.Date(readonly=True, help="Day of the sale.")
    enrollment_id = fields.Many2one("edu.enrollment", readonly=True)
    student_id = fields.Many2one("edu.student", readonly=True)
    package_id = fields.Many2one("edu.package", readonly=True)
    program_id = fields.Many2one("edu.program", readonly=True)
    campus_id = fields.Many2one("edu.campus", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    user_id = fields.Many2one("res.users", string="Person in Charge", readonly=True)
    type = fields.Selection([("new", "New Business"), ("existing", "Existing Business")], readonly=True)
    origin = fields.Selection(
        [("promotion", "Promotion"), ("typed", "Agreed Discount")],
        readonly=True,
        help="Promotion, or a discount that was typed on the enrolment.",
    )
    promotion_id = fields.Many2one("edu.promotion", readonly=True)
    bearer = fields.Selection(
        [("marketing", "Marketing"), ("center", "Centre")],
        readonly=True,
        help="Who bears the cost, as the promotion says; discounts that are typed are borne by the centre.",
    )
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount = fields.Monetary(string="Cost", readonly=True, help="In the company's currency.")

    _depends = {
        "account.move": ["enrollment_id", "invoice_currency_rate", "move_type", "state"],
        "edu.class": ["program_id"],
        "edu.enrollment": [
            "campus_id",
            "class_id",
            "company_id",
            "currency_id",
            "date_confirmed",
            "discount_amount",
            "hours_delivered",
            "hours_total",
            "package_id",
            "promotion_amount",
            "promotion_id",
            "state",
            "student_id",
            "type",
            "user_id",
        ],
        "edu.enrollment.promotion": ["amount", "enrollment_id", "promotion_id"],
        "edu.package": ["program_ids"],
        "edu.promotion": ["marketing_rate"],
        "res.company": ["currency_id"],
        "res.currency": ["rounding"],
    }

    @property
    def _table_query(self):
        # The centre bears what rounding leaves, so that both shares sum up to the discount. The last three
        # bits of an id say which discount and whose share it is.
        return SQL(
            """
            WITH given (id, enrollment_id, origin, promotion_id, marketing_rate, amount) AS (
                SELECT e.id * 8 + 1, e.id, 'typed', NULL::int, 0::numeric, e.discount_amount
                  FROM edu_enrollment e
             UNION ALL
                SELECT e.id * 8 + 3, e.id, 'promotion', p.id, p.marketing_rate,
                       e.promotion_amount - COALESCE(further.amount, 0)
                  FROM edu_enrollment e
                  JOIN edu_promotion p ON p.id = e.promotion_id
             LEFT JOIN (
                       SELECT enrollment_id, SUM(amount) AS amount FROM edu_enrollment_promotion GROUP BY 1
                       ) further ON further.enrollment_id = e.id
             UNION ALL
                SELECT l.id * 8 + 5, l.enrollment_id, 'promotion', p.id, p.marketing_rate, l.amount
                  FROM edu_enrollment_promotion l
                  JOIN edu_promotion p ON p.id = l.promotion_id
            ), discount AS (
                SELECT d.id, e.id AS enrollment_id, e.date_confirmed AS date, e.student_id, e.package_id,
                       e.campus_id, e.company_id, e.user_id, e.type, c.currency_id,
                       d.origin, d.promotion_id, d.marketing_rate,
                       COALESCE(k.program_id, (
                           SELECT MIN(r.program_id) FROM edu_package_program_rel r
                            WHERE r.package_id = e.package_id
                       )) AS program_id,
                       cost.amount, y.rounding
                  FROM given d
                  JOIN edu_enrollment e ON e.id = d.enrollment_id
                  JOIN res_company c ON c.id = e.company_id
                  JOIN res_currency y ON y.id = c.currency_id
             LEFT JOIN edu_class k ON k.id = e.class_id
             LEFT JOIN LATERAL (
                       SELECT m.invoice_currency_rate::numeric AS rate
                         FROM account_move m
                        WHERE m.enrollment_id = e.id AND m.move_type = 'out_invoice' AND m.state = 'posted'
                          AND e.currency_id <> c.currency_id
                     ORDER BY m.id LIMIT 1
                       ) i ON true
            CROSS JOIN LATERAL (
                       SELECT round(
                           d.amount * CASE
                               WHEN e.state <> 'cancelled' THEN 1
                               WHEN COALESCE(e.hours_total, 0) = 0 THEN 0
                               ELSE LEAST(e.hours_delivered / e.hours_total, 1)
                           END / COALESCE(NULLIF(i.rate, 0), 1) / y.rounding
                       ) * y.rounding AS amount
                       -- Computed once, however often it is used.
                       OFFSET 0
                       ) cost
                 WHERE e.date_confirmed IS NOT NULL AND d.amount > 0
                   AND e.state NOT IN ('draft', 'waiting')
            ), share AS (
                SELECT discount.*, borne.marketing
                  FROM discount
            CROSS JOIN LATERAL (
                       SELECT round(amount * marketing_rate / 100 / rounding) * rounding AS marketing OFFSET 0
                       ) borne
            )
            SELECT s.id + b.number AS id, s.enrollment_id, s.date, s.student_id, s.package_id,
                   s.program_id, s.campus_id, s.company_id, s.user_id, s.type, s.origin, s.promotion_id,
                   b.bearer, s.currency_id, b.amount
              FROM share s
        CROSS JOIN LATERAL (
                   VALUES (0, 'center', s.amount - s.marketing), (1, 'marketing', s.marketing)
                   ) AS b (number, bearer, amount)
             WHERE b.amount <> 0
            """
        )
