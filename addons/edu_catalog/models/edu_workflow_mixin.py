from odoo import api, models
from odoo.exceptions import AccessError, UserError


class EduWorkflowMixin(models.AbstractModel):
    """A record whose ``state`` may only move along a drawn map, whichever door is used.

    The model that inherits declares ``state`` and two class attributes:

    - ``_workflow``: new state → the states it may be reached from. The first key is the state of a new record.
    - ``_workflow_groups``: new state → the group that may bring a record there (others: whoever may write).
    """

    _name = "edu.workflow.mixin"
    _description = "Record with a workflow"
    _inherit = ["edu.base.mixin"]

    _workflow = {}
    _workflow_groups = {}

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        initial = next(iter(self._workflow))
        for state in set(records.mapped("state")) - {initial}:
            self._check_workflow_group(state)
        return records

    def write(self, vals):
        if "state" in vals:
            self._check_workflow(vals["state"])
        return super().write(vals)

    def _check_workflow(self, state):
        """Refuse a move that is not on the map.

        :param str state: the state the records are about to get
        :raise UserError: a record is in a state that has no way there
        :raise AccessError: the user is not in the group that the move asks for
        """
        sources = self._workflow.get(state, ())
        labels = dict(self._fields["state"]._description_selection(self.env))
        for record in self:
            if record.state != state and record.state not in sources:
                raise UserError(
                    self.env._(
                        "%(name)s is “%(current)s” and cannot become “%(wanted)s” from there."
                        " Possible before “%(wanted)s”: %(sources)s.",
                        name=record.display_name,
                        current=labels.get(record.state, record.state),
                        wanted=labels.get(state, state),
                        sources=", ".join(str(labels[source]) for source in sources) or "—",
                    )
                )
        if any(record.state != state for record in self):
            self._check_workflow_group(state)

    @api.model
    def _check_workflow_group(self, state, group=None):
        group = group or self._workflow_groups.get(state)
        if group and not self.env.su and not self.env.user.has_group(group):
            labels = dict(self._fields["state"]._description_selection(self.env))
            raise AccessError(
                self.env._(
                    "Only members of “%(group)s” may set “%(state)s”. Ask one of them.",
                    group=self.env.ref(group).sudo().full_name,
                    state=labels[state],
                )
            )
