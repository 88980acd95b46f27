from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date


class ResCompany(models.Model):
    _inherit = "res.company"  # pylint: disable=consider-merging-classes-inherited

    def _edu_check_books_open(self, date, journal, name, has_tax=False):
        """Say in words what Odoo is about to refuse, or to post on another day: the period is locked.

        :param date date: day in the books
        :param journal: ``account.journal`` that is to be posted to
        :param str name: what is to be posted, as the user knows it
        :param bool has_tax: whether a tax report would change
        :raise UserError: naming the locks and the way out
        """
        self.ensure_one()
        locks = self._get_violated_lock_dates(date, has_tax, journal)
        if locks:
            raise UserError(
                self.env._(
                    "%(name)s cannot be posted on %(date)s: the books are closed (%(company)s: %(locks)s)."
                    " Choose a later day, or have the period opened by your accountant.",
                    name=name,
                    date=format_date(self.env, date),
                    company=self.display_name,
                    locks=self._format_lock_dates(locks),
                )
            )
