from odoo import api, models


class EduDialogMixin(models.AbstractModel):
    """A dialog that tells nothing of records that its user may not see (X1).

    Over the API a dialog can be created with the id of any record, and reading the dialog shows the name of that
    record. So whoever creates or changes a dialog must be allowed to read the records in it. What a dialog computes
    or shows of them uses the user's own rights: ``compute_sudo=False`` and ``related_sudo=False``.
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
