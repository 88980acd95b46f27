from odoo import api, models
from odoo.tools import SQL


class IrSequence(models.Model):
    _inherit = "ir.sequence"

    @api.model
    def _next_batch_by_code(self, code, count):
        """The next numbers of a sequence, drawn at once: as ``next_by_code``, without a query for each.

        :param str code: code of the sequence
        :param int count: how many numbers
        :return: list of so many texts; of ``False`` when there is no such sequence
        """
        if not count:
            return []
        companies = (self.env.company.id, False)
        sequence = self.search(
            [("code", "=", code), ("company_id", "in", companies)], order="company_id", limit=1
        )
        if sequence.implementation != "standard" or sequence.use_date_range:
            return [self.next_by_code(code) for _number in range(count)]
        drawn = self.env.execute_query(
            SQL("SELECT nextval(%s) FROM generate_series(1, %s)", f"ir_sequence_{sequence.id:03d}", count)
        )
        return [sequence.get_next_char(number) for (number,) in drawn]
