from odoo import api, models


class EduDialogMixin(models.AbstractModel):
    """A dialog that tells nothing of records that its user may not see (X1).

    Anybody who may open it makes one over the API, with any id in it, and what is read of a dialog shows the names
    of the records in it, whoever may see those. Figures of such a record are computed without more rights.
    """

    _name = "edu.dialog.mixin"
    _description = "Dialog about records"
    _inherit = ["edu.base.mixin"]

    @api.model_create_multi
    def create(self, vals_list):
        dialogs = super().create(vals_list)
        dialogs._check_chosen()
        return dialogs

    def write(self, vals):
        result = super().write(vals)
        self._check_chosen()
        return result

    def _check_chosen(self):
        for name, field in self._fields.items():
            if field.store and field.type in ("many2one", "many2many") and name not in models.MAGIC_COLUMNS:
                self[name].check_access("read")
