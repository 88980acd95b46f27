from odoo import api, fields, models
from odoo.exceptions import UserError

MAX_PIPELINES = 5


class EduLifecycleStage(models.Model):
    """Where a customer is on the way from stranger to graduate (M7); a stage without parent is a pipeline."""

    _name = "edu.lifecycle.stage"
    _description = "Lifecycle Stage"
    _inherit = ["edu.base.mixin"]
    _parent_store = True
    _order = "position"

    name = fields.Char(required=True, translate=True)
    parent_id = fields.Many2one(
        "edu.lifecycle.stage",
        string="Pipeline or Parent",
        index=True,
        ondelete="restrict",
        group_expand="_group_expand_parent_id",
        help="Empty: a pipeline.",
    )
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many("edu.lifecycle.stage", "parent_id", string="Sub-stages")
    sequence = fields.Integer(default=10)
    # A stage comes before its sub-stages, and those before the next stage: the order of the whole tree.
    position = fields.Char(compute="_compute_position", store=True, recursive=True, index=True)
    color = fields.Integer()
    icon = fields.Char(default="fa-circle-o", help="Name of a Font Awesome icon, such as fa-phone.")
    fold = fields.Boolean(string="Folded", help="Shown closed in the kanban of customers.")
    entry = fields.Selection(
        [("enquiry", "First enquiry"), ("enrolled", "Enrolment confirmed")],
        string="Entered By Itself On",
        copy=False,
        help="Customers come to this stage without anybody's hand when this happens.",
    )
    partner_ids = fields.One2many("res.partner", "lifecycle_stage_id", string="Customers")
    partner_count = fields.Integer(compute="_compute_partner_count", string="Number of Customers")

    _entry_uniq = models.UniqueIndex(
        "(entry) WHERE entry IS NOT NULL",
        "Another stage is entered on this occasion already. Clear it there first.",
    )

    @api.model
    def _group_expand_parent_id(self, parents, domain):
        """Every pipeline is a column, so that stages can be dragged into an empty one (M7)."""
        return (self.search([("parent_id", "=", False)]) | parents).sorted("position")

    @api.depends("sequence", "parent_id.position")
    def _compute_position(self):
        for stage in self:
            own = f"{max(stage.sequence, 0):06d}-{stage._origin.id:06d}/"
            stage.position = (stage.parent_id.position or "") + own

    @api.depends("partner_ids")
    def _compute_partner_count(self):
        counts = dict(
            self.env["res.partner"]._read_group(
                [("lifecycle_stage_id", "in", self.ids)], ["lifecycle_stage_id"], ["__count"]
            )
        )
        for stage in self:
            stage.partner_count = counts.get(stage, 0)

    @api.depends("name", "parent_id.name")
    def _compute_display_name(self):
        for stage in self:
            stage.display_name = f"{stage.parent_id.name} › {stage.name}" if stage.parent_id else stage.name

    @api.onchange("parent_id")
    def _onchange_parent_id(self):
        """Six pipelines and more are allowed, but nobody keeps an eye on them (M7)."""
        if not self.parent_id and self.search_count([("parent_id", "=", False)]) >= MAX_PIPELINES:
            return {
                "warning": {
                    "title": self.env._("Many pipelines"),
                    "message": self.env._(
                        "There are %(count)s pipelines already. Consider a stage inside one of them.",
                        count=MAX_PIPELINES,
                    ),
                }
            }

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_customers(self):
        # Customers of every company count, also those that this user does not see.
        used_sudo = self.sudo().with_context(active_test=False).filtered("partner_ids")
        if used_sudo:
            raise UserError(
                self.env._(
                    "There are customers at %(stages)s. Open the stage and use “Move Customers and Delete”.",
                    stages=", ".join(used_sudo.mapped("display_name")),
                )
            )

    def action_delete(self):
        """Ask where the customers of these stages go, then delete the stages with all below them (M7).

        :return: action of the window that asks
        :raise AccessError: the user may not delete stages
        """
        self.check_access("unlink")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Move Customers and Delete"),
            "res_model": "edu.lifecycle.stage.delete",
            "view_mode": "form",
            "target": "new",
            "context": {"default_stage_ids": self.ids},
        }

    def action_view_partners(self):
        """Open the customers at these stages and below.

        :return: action of the customers by stage
        """
        action = self.env["ir.actions.act_window"]._for_xml_id("edu_crm.res_partner_action_lifecycle")
        return action | {"domain": [("lifecycle_stage_id", "child_of", self.ids)]}

    @api.model
    def _entered_on(self, entry):
        """The stage that customers enter by themselves on this occasion.

        :param str entry: a value of the field ``entry``
        :return: ``edu.lifecycle.stage``, empty when the centre has set none
        """
        return self.search([("entry", "=", entry)], limit=1)
