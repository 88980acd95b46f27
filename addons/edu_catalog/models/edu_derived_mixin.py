from odoo import api, models, tools
from odoo.exceptions import AccessError


class EduDerivedMixin(models.AbstractModel):
    """A record whose stored, computed facts are typed by nobody, over the API and on import neither.

    Odoo's own ``readonly`` is a matter of the screen: a headcount written over the API would sell a seat twice.
    """

    _name = "edu.derived.mixin"
    _description = "Record with derived facts"

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_derived_fields(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_derived_fields(vals)
        return super().write(vals)

    @api.model
    @tools.ormcache()
    def _derived_fields(self):
        """:return: frozenset of the names of stored fields that follow from others"""
        return frozenset(
            name for name, field in self._fields.items() if field.store and field.compute and field.readonly
        )

    @api.model
    def _check_derived_fields(self, vals):
        typed = self._derived_fields().intersection(vals)
        if typed and not self.env.su:
            raise AccessError(
                self.env._(
                    "%s follows from other facts and cannot be typed. Leave it out.",
                    ", ".join(self._fields[name]._description_string(self.env) for name in sorted(typed)),
                )
            )
