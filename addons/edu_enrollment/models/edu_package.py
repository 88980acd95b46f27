from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import float_round, format_date


class EduPackage(models.Model):
    _inherit = "edu.package"

    payment_term_id = fields.Many2one(
        "account.payment.term",
        check_company=True,
        help="How the price is cut into instalments. Empty: all of it on enrolment.",
    )
    tax_ids = fields.Many2many(
        "account.tax",
        compute="_compute_tax_ids",
        inverse="_inverse_tax_ids",
        string="Taxes",
        domain="[('type_tax_use', '=', 'sale'), ('company_id', 'parent_of', company_id)]",
    )
    installment_count = fields.Integer(compute="_compute_payment", string="Instalments")
    payment_rate = fields.Float(
        compute="_compute_payment", digits=(5, 2), help="First instalment, in per cent of the price."
    )
    payment_price = fields.Monetary(
        compute="_compute_payment", help="First instalment, due on enrolment, in the package's currency."
    )
    schedule_preview = fields.Html(
        compute="_compute_payment", sanitize=False, help="The instalments of somebody who enrols today."
    )

    @api.depends("product_id.taxes_id", "company_id")
    def _compute_tax_ids(self):
        for package in self:
            taxes_sudo = package.product_id.sudo().taxes_id
            package.tax_ids = taxes_sudo._filter_taxes_by_company(package.company_id)

    def _inverse_tax_ids(self):
        for package in self:
            # sudo: writing the package was checked; the taxes are stored on its product.
            package.product_id.sudo().taxes_id = package.tax_ids

    @api.depends(
        "price",
        "currency_id",
        "payment_term_id.line_ids.value_amount",
        "payment_term_id.line_ids.value",
        "payment_term_id.line_ids.nb_days",
        "payment_term_id.line_ids.delay_type",
    )
    def _compute_payment(self):
        today = fields.Date.context_today(self)
        for package in self:
            instalments = package._instalments(package.price, today)
            first = instalments[0][1]
            package.installment_count = len(instalments)
            package.payment_price = first
            package.payment_rate = package._rate_of_price(first)
            package.schedule_preview = package._render_schedule(instalments)

    @api.constrains("program_ids")
    def _check_sold_classes(self):
        """What was sold for a class goes on to cover it (C4, E2)."""
        sold_sudo = (
            self.env["edu.enrollment"]
            .sudo()
            .search([("package_id", "in", self.ids), ("state", "in", ("confirmed", "suspended"))])
        )
        sold_sudo._check_class_id()

    @api.model
    def _derived_fields(self):
        """The schedule follows from the payment terms; typed, it would be dropped without a word (C4)."""
        return super()._derived_fields() | {"payment_price", "payment_rate", "installment_count"}

    @api.constrains("payment_term_id", "price")
    def _check_payment_term_id(self):
        today = fields.Date.context_today(self)
        for package in self:
            instalments = package._instalments(package.price, today)
            if min(amount for _date, amount in instalments) < 0:
                raise ValidationError(
                    self.env._(
                        "%(package)s: the fixed instalments of “%(term)s” are more than the price of %(price)s."
                        " Lower them, or choose other payment terms.",
                        package=package.name,
                        term=package.payment_term_id.name,
                        price=package.currency_id.format(package.price),
                    )
                )
            if instalments[0][0] > today:
                raise ValidationError(
                    self.env._(
                        "%(package)s: the first instalment of “%(term)s” is not due on enrolment."
                        " Give the first line of the payment terms 0 days, or choose other payment terms.",
                        package=package.name,
                        term=package.payment_term_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        packages = super().create(vals_list)
        for package, vals in zip(packages, vals_list, strict=True):
            if "tax_ids" in vals:
                # Only now: the product is created together with the package.
                package.tax_ids = vals["tax_ids"]
        return packages

    def write(self, vals):
        self._check_not_sold(vals)
        return super().write(vals)

    def copy(self, default=None):
        packages = super().copy(default)
        for source, package in zip(self, packages, strict=True):
            # Odoo does not copy company-dependent fields of a product.
            source_sudo, product_sudo = (
                record.product_id.sudo().with_company(package.company_id) for record in (source, package)
            )
            if source.company_id == package.company_id:
                product_sudo.property_account_income_id = source_sudo.property_account_income_id
        return packages

    def _check_not_sold(self, vals):
        """What was sold stays in the currency, and in the books, in which it was sold (E9, E12).

        :raise UserError: the currency or company changes of a package that was sold, or a deposit taken for
        """
        names = {"currency_id", "company_id"} & vals.keys()
        changed = self.filtered(lambda package: any(package[name].id != vals[name] for name in names))
        if not changed:
            return
        sold = Domain("state", "not in", ("draft", "waiting")) | Domain("date_confirmed", "!=", False)
        enrollment_sudo = (
            self.env["edu.enrollment"]
            .sudo()
            .search(
                Domain("package_id", "in", changed.ids) & (sold | Domain("payment_ids", "!=", False)), limit=1
            )
        )
        if enrollment_sudo:
            raise UserError(
                self.env._(
                    "%(package)s was sold: %(fields)s can no longer be changed. Make a new package, and archive"
                    " this one.",
                    package=enrollment_sudo.package_id.display_name,
                    fields=", ".join(
                        self._fields[name]._description_string(self.env) for name in sorted(names)
                    ),
                )
            )

    def _check_can_be_sold(self, enrollment):
        """What must be true of the package of an enrolment that is about to be confirmed (C4, E9).

        :raise UserError: naming the enrolment and the way out
        """
        self.ensure_one()
        date = enrollment.date_confirmed or enrollment.campus_id._today()
        # Hours that were taken over have been sold before.
        if not enrollment.is_taken_over and not self._is_on_sale(date, enrollment.campus_id):
            raise UserError(
                self.env._(
                    "%(enrollment)s: the package %(package)s is not on sale at %(campus)s on that day."
                    " Check its dates, its campuses and that its programs are published.",
                    enrollment=enrollment.display_name,
                    package=self.name,
                    campus=enrollment.campus_id.name,
                )
            )
        if self.kind == "class" and not enrollment.class_id:
            raise UserError(
                self.env._(
                    "%s: the package is sold by class. Choose the class before you confirm.",
                    enrollment.display_name,
                )
            )

    def _check_hours_of(self, enrollment):
        """Only what the class has given already may be left out, and more than the package has is not sold (E17)."""
        may_sell_any = self.env.su or self.env.user.has_group("edu_catalog.group_edu_manager")
        if enrollment.is_taken_over or may_sell_any:
            return
        most = self.hours
        least = most - enrollment.hours_given if enrollment.is_prorated else 0.0
        if not float_round(least, 2) <= float_round(enrollment.hours_planned, 2) <= float_round(most, 2):
            raise UserError(
                self.env._(
                    "%(enrollment)s: from %(least)s to %(most)s hours of the package can be sold, not %(hours)s."
                    " Correct the hours, or ask a campus manager to confirm.",
                    enrollment=enrollment.display_name,
                    least=f"{max(least, 0.0):g}",
                    most=f"{most:g}",
                    hours=f"{enrollment.hours_planned:g}",
                )
            )

    def _totals(self, parts, currency, company):
        """What a sale comes to, line by line, as the invoice does, so that both round to the same (E4).

        :param list parts: price and discounts, signed, in ``currency``
        :return: amounts in ``currency``, without and with taxes
        """
        # sudo: sellers may not read taxes.
        taxes_sudo, company_sudo = self.sudo().tax_ids, company.sudo()
        if not taxes_sudo:
            return sum(parts), sum(parts)
        lines = [
            taxes_sudo._prepare_base_line_for_taxes_computation(
                None,
                tax_ids=taxes_sudo,
                price_unit=part,
                quantity=1.0,
                currency_id=currency,
                product_id=self.sudo().product_id,
            )
            for part in parts
        ]
        taxes_sudo._add_tax_details_in_base_lines(lines, company_sudo)
        taxes_sudo._round_base_lines_tax_details(lines, company_sudo)
        totals = taxes_sudo._get_tax_totals_summary(lines, currency, company_sudo)
        return totals["base_amount_currency"], totals["total_amount_currency"]

    def _rate_of_price(self, amount):
        return amount / self.price * 100 if self.price else 100.0

    def _render_schedule(self, instalments):
        """The schedule as a small table: when, which part of the price, how much (C4)."""
        row = Markup("<tr><td>%s</td><td class='text-end'>%s %%</td><td class='text-end'>%s</td></tr>")
        rows = Markup().join(
            row
            % (
                self.env._("On enrolment") if number == 0 else format_date(self.env, date),
                f"{self._rate_of_price(amount):.2f}".rstrip("0").rstrip("."),
                self.currency_id.format(amount) if self.currency_id else amount,
            )
            for number, (date, amount) in enumerate(instalments)
        )
        return Markup("<table class='table table-sm mb-0'>%s</table>") % rows

    def _instalments(self, total, date, untaxed=None):
        """Cut an amount as the package's payment term does.

        :param float total: amount in the package's currency
        :param date date: day of the invoice
        :param float untaxed: the part of it that is no tax; default: all
        :return: list of (due date, amount in the package's currency) in their order; they sum to ``total``
        """
        self.ensure_one()
        if not self.payment_term_id:
            return [(date, total)]
        company = self.company_id or self.env.company
        untaxed = total if untaxed is None else untaxed
        tax_worth, untaxed_worth = (
            self.currency_id._convert(amount, company.currency_id, company, date)
            for amount in (total - untaxed, untaxed)
        )
        term = self.payment_term_id._compute_terms(
            date_ref=date,
            currency=self.currency_id,
            company=company,
            tax_amount=tax_worth,
            tax_amount_currency=total - untaxed,
            sign=1,
            untaxed_amount=untaxed_worth,
            untaxed_amount_currency=untaxed,
        )
        return sorted(
            ((line["date"], line["foreign_amount"]) for line in term["line_ids"]), key=lambda line: line[0]
        )

    def _income_accounts(self):
        """Where the packages' products earn (E19).

        :return: dict ``edu.package`` → ``account.account``
        :raise UserError: a product has no income account
        """
        result = {}
        for package in self:
            product = package.product_id.with_company(package.company_id)
            account = product and product.product_tmpl_id.get_product_accounts()["income"]
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
