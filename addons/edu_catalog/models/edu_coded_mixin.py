import re
from collections.abc import Iterable

from odoo import api, models
from odoo.fields import Domain


class EduCodedMixin(models.AbstractModel):
    """A record whose shown name holds its code, and which is found by that shown name as well.

    What is exported shows ``[IELTS] IELTS Foundation``; the same text must find the record on import (X3).
    """

    _name = "edu.coded.mixin"
    _description = "Record with a code in its name"

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
