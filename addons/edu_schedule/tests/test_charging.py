from odoo.addons.edu_schedule.tools.charging import charged_hours
from odoo.tests import BaseCase, tagged


@tagged("post_install", "-at_install")
class TestCharging(BaseCase):
    """What a lesson of two hours costs (S8)."""

    def test_every_rule(self):
        for expected, rule, arguments in (
            (0, "open", (None,)),
            (0, "open", (False, "full")),
            (2, "attended", ("present",)),
            (2, "attended", ("late", "none")),
            (2, "unexcused", ("absent",)),
            (0, "excused", ("excused",)),
            (0, "reason_none", ("absent", "none")),
            (2, "reason_full", ("excused", "full")),
            (0, "notice_kept", ("absent", "notice", 24, 24)),
            (2, "notice_missed", ("absent", "notice", 24, 23.99)),
            (2, "notice_missed", ("excused", "notice", 24, None)),
            (2, "notice_missed", ("absent", "notice", 0, -1)),
            (0, "notice_kept", ("absent", "notice", 0, 0)),
        ):
            with self.subTest(arguments):
                self.assertEqual(charged_hours(2.0, *arguments), (expected, rule))
