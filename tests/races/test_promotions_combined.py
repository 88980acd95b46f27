"""The last uses of a promotion, of those who have it first and those who have it beside another (E5, E6)."""

from centre import confirm, promote

from odoo.exceptions import UserError
from odoo.fields import Command


def test_first_or_further_it_is_used_once(arena):
    """Eight at once for three: half of them name it, half have it beside another that is not limited."""
    with arena.env() as env:
        promotion_id, ids = promote(env, limit=3, students=8)
        promotion = env["edu.promotion"].browse(promotion_id)
        promotion.is_combinable = True
        other = promotion.copy({"usage_limit": 0})
        env["edu.enrollment"].browse(ids[::2]).write(
            {
                "promotion_id": other.id,
                "promotion_line_ids": [Command.create({"promotion_id": promotion_id})],
            }
        )
    outcomes = arena.together(*map(confirm, ids))
    refused = [outcome for outcome in outcomes if outcome is not None]
    assert len(refused) == 5
    for error in refused:
        assert isinstance(error, UserError), repr(error)
        assert "used up" in str(error)
    with arena.env() as env:
        sold = env["edu.enrollment"].browse(ids).filtered(lambda enrollment: enrollment.state == "confirmed")
        assert (len(sold), len(sold.invoice_ids)) == (3, 3)
        assert env["edu.promotion"].browse(promotion_id).used_count == 3
        assert other.with_env(env).used_count == len(sold.filtered("promotion_line_ids"))
