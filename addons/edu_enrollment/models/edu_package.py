from odoo import api, fields, models
from odoo.exceptions import UserError


class EduPackage(models.Model):
    _inherit = "edu.package"

    payment_term_id = fields.Many2one(
        "account.payment.term",
        check_company=True,
        help="How the price is cut into instalments (C4). Empty: all of it on enrolment.",
    )
    tax_ids = fields.Many2many(related="product_id.taxes_id", readonly=False, string="Taxes")
    installment_count = fields.Integer(compute="_compute_payment", string="Instalments")
    payment_rate = fields.Float(
        compute="_compute_payment", digits=(5, 2), help="First instalment, in per cent of the price."
    )
    payment_price = fields.Monetary(
        compute="_compute_payment", help="First instalment, due on enrolment, in the package's currency."
    )
    schedule_preview = fields.Char(compute="_compute_payment", string="Instalment Amounts")

    @api.depends(
        "price", "currency_id", "payment_term_id.line_ids.value_amount", "payment_term_id.line_ids.value"
    )
    def _compute_payment(self):
        today = fields.Date.context_today(self)
        for package in self:
            amounts = package._instalment_amounts(package.price, today)
            package.installment_count = len(amounts)
            package.payment_price = amounts[0]
            package.payment_rate = amounts[0] / package.price * 100 if package.price else 100.0
            package.schedule_preview = " + ".join(
                package.currency_id.format(amount) if package.currency_id else str(amount)
                for amount in amounts
            )

    def _instalment_amounts(self, total, date):
        """Cut an amount as the package's payment term does.

        :param float total: amount in the package's currency
        :param date date: day of the invoice
        :return: list of amounts in the package's currency, in the order of their due dates; they sum to ``total``
        """
        self.ensure_one()
        if not self.payment_term_id:
            return [total]
        company = self.company_id or self.env.company
        term = self.payment_term_id._compute_terms(
            date_ref=date,
            currency=self.currency_id,
            company=company,
            tax_amount=0.0,
            tax_amount_currency=0.0,
            sign=1,
            untaxed_amount=self.currency_id._convert(total, company.currency_id, company, date),
            untaxed_amount_currency=total,
        )
        return [line["foreign_amount"] for line in sorted(term["line_ids"], key=lambda line: line["date"])]

    def _income_accounts(self):
        """Where the packages' products earn (E19).

        :return: dict ``edu.package`` → ``account.account``
        :raise UserError: a product has no income account
        """
        result = {}
        for package in self:
            product = package.product_id.with_company(package.company_id)
            account = product.product_tmpl_id.get_product_accounts()["income"]
            if not account:
                raise UserError(
                    self.env._(
                        "The product of the package %s has no income account. Set it on the product,"
                        " or on its category.",
                        package.name,
                    )
                )
            result[package] = account
        return result
