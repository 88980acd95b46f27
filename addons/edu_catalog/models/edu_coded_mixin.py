import re
from collections.abc import Iterable
from itertools import count

from odoo import api, models
from odoo.fields import Domain


class EduCodedMixin(models.AbstractModel):
    """A record whose shown name holds its code, and which is found by that shown name as well.

    What is exported shows ``[IELTS] IELTS Foundation``; the same text must find the record on import (X3).
    """

    _name = "edu.coded.mixin"
    _inherit = ["edu.import.mixin"]
    _description = "Record with a code in its name"

    _import_keys = (("code",),)

    _code_field = "code"
    # The code within the shown name, as the group ``code``.
    _code_pattern = r"^\[(?P<code>[^\]]+)\] "

    @api.model
    def _search_display_name(self, operator, value):
        domain = Domain(super()._search_display_name(operator, value))
        texts = [value] if isinstance(value, str) else value
        if operator in Domain.NEGATIVE_OPERATORS or not isinstance(texts, Iterable):
            return domain
        found = [re.search(self._code_pattern, text) for text in texts if isinstance(text, str)]
        codes = [match["code"] for match in found if match]
        return domain | Domain(self._code_field, "in", codes) if codes else domain

    def _copied_code(self):
        """A code for the copy of this record that no other record has: ``A1 (copy)``, ``A1 (copy 2)`` …"""
        self.ensure_one()
        first = self.env._("%s (copy)", self[self._code_field])
        # Unique means among all of them: the archived ones and those of other campuses, too.
        all_sudo = self.sudo().with_context(active_test=False)
        code, numbers = first, count(2)
        while all_sudo.search_count([(self._code_field, "=", code)], limit=1):
            code = f"{first[:-1]} {next(numbers)}{first[-1]}"
        return code
