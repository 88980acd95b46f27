from odoo import api, models
from odoo.exceptions import AccessError, UserError


class EduWorkflowMixin(models.AbstractModel):
    """A record whose state may only move along a drawn map, whether by a button, in a form or over the API.

    The model that inherits declares the field and these class attributes:

    - ``_workflow_field``: name of the selection that holds the state, when it is not ``state``.
    - ``_workflow``: new state → the states it may be reached from. The first key is the state of a new record.
    - ``_workflow_groups``: new state → the group that may bring a record there (others: whoever may write).
    """

    _name = "edu.workflow.mixin"
    _description = "Record with a workflow"
    _inherit = ["edu.base.mixin"]

    _workflow_field = "state"
    _workflow = {}
    _workflow_groups = {}

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        initial = next(iter(self._workflow))
        for state in set(records.mapped(self._workflow_field)) - {initial}:
            self._check_workflow_group(state)
        return records

    def write(self, vals):
        if self._workflow_field in vals:
            self._check_workflow(vals[self._workflow_field])
        return super().write(vals)

    def _check_workflow(self, state):
        """Refuse a move that is not on the map.

        :param str state: the state the records are about to get
        :raise UserError: a record is in a state that has no way there
        :raise AccessError: the user is not in the group that the move asks for
        """
        sources = self._workflow.get(state, ())
        labels = dict(self._fields[self._workflow_field]._description_selection(self.env))
        current_states = [record[self._workflow_field] for record in self]
        for record, current in zip(self, current_states, strict=True):
            if current not in (state, *sources):
                raise UserError(
                    self.env._(
                        "%(name)s is “%(current)s” and cannot become “%(wanted)s” from there."
                        " Possible before “%(wanted)s”: %(sources)s.",
                        name=record.display_name,
                        current=labels.get(current, current),
                        wanted=labels.get(state, state),
                        sources=", ".join(str(labels[source]) for source in sources) or "—",
                    )
                )
        if any(current != state for current in current_states):
            self._check_workflow_group(state)

    @api.model
    def _check_workflow_group(self, state, group=None):
        group = group or self._workflow_groups.get(state)
        if group and not self.env.su and not self.env.user.has_group(group):
            labels = dict(self._fields[self._workflow_field]._description_selection(self.env))
            raise AccessError(
                self.env._(
                    "Only members of “%(group)s” may set “%(state)s”. Ask one of them.",
                    group=self.env.ref(group).sudo().full_name,
                    state=labels[state],
                )
            )
