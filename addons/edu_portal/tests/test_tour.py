from odoo.tests import tagged

from .common import PortalCommon


@tagged("post_install", "-at_install")
class TestTour(PortalCommon):
    def test_visitor_enquires(self):
        """W1: from the catalogue over a program to the thank-you page, for a child."""
        self.start_tour("/courses", "edu_portal_enquiry")
        lead = self.env["crm.lead"].search([], order="id desc", limit=1)
        self.assertEqual((lead.contact_name, lead.learner_name), ("Vũ Thị Hà", "Vũ Gia Huy"))
        self.assertEqual((lead.program_ids, lead.campus_id), (self.program, self.north))

    def test_mother_looks(self):
        """W3-W5: both children, the timetable, and the invoice on Odoo's own page."""
        self.start_tour("/my", "edu_portal_learning", login="p_mother")
