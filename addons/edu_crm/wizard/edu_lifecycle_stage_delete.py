from odoo import api, fields, models
from odoo.exceptions import UserError


class EduLifecycleStageDelete(models.TransientModel):
    _name = "edu.lifecycle.stage.delete"
    _description = "Move Customers and Delete Stages"
    _inherit = ["edu.base.mixin"]

    stage_ids = fields.Many2many("edu.lifecycle.stage", string="Stages", required=True)
    deleted_stage_ids = fields.Many2many(
        "edu.lifecycle.stage",
        compute="_compute_deleted_stages",
        string="Stages to Delete",
        help="The chosen stages and everything below them.",
    )
    partner_count = fields.Integer(compute="_compute_deleted_stages", string="Customers to Move")
    target_id = fields.Many2one("edu.lifecycle.stage", string="Move Them To")

    @api.depends("stage_ids")
    def _compute_deleted_stages(self):
        for wizard in self:
            wizard.deleted_stage_ids = wizard.stage_ids.search([("id", "child_of", wizard.stage_ids.ids)])
            wizard.partner_count = len(wizard._partners_sudo())

    def _partners_sudo(self):
        # Nobody may be left on a deleted stage: other companies' and archived customers move as well.
        # Called for a count, and by action_apply after its check.
        return (
            self.env["res.partner"]
            .sudo()
            .with_context(active_test=False)
            .search([("lifecycle_stage_id", "in", self.deleted_stage_ids.ids)])
        )

    def action_apply(self):
        """Move the customers, then delete the stages (M7), in one transaction.

        :return: action that closes the window
        :raise AccessError: the user may not delete stages
        :raise UserError: there are customers and no stage, or a stage to be deleted, to move them to
        """
        self.ensure_one()
        deleted = self.deleted_stage_ids
        deleted.check_access("unlink")
        partners_sudo = self._partners_sudo()
        if partners_sudo and not self.target_id:
            raise UserError(
                self.env._(
                    "%(count)s customers are at %(stages)s. Say which stage they go to.",
                    count=len(partners_sudo),
                    stages=", ".join(deleted.mapped("display_name")),
                )
            )
        if self.target_id in deleted:
            raise UserError(
                self.env._(
                    "“%(stage)s” is about to be deleted too. Choose a stage that stays.",
                    stage=self.target_id.display_name,
                )
            )
        partners_sudo.lifecycle_stage_id = self.target_id
        deleted.sorted("parent_path", reverse=True).unlink()
        return {"type": "ir.actions.act_window_close"}
