from odoo.addons.edu_catalog.tests.common import CatalogCommon
from odoo.fields import Command


class CrmCommon(CatalogCommon):
    """The cast of the customer tests, on top of the catalogue's.

    =========== ======================================== =======================
    who         is                                       reached by
    =========== ======================================== =======================
    hoa         a contact, mother of two                 0903 111 222, hoa@…
    counsellor  works at north, own customers only
    senior      works at north, whole campus
    stranger    manager of south
    =========== ======================================== =======================
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users["senior"] = cls._make_user("counsellor_all", "senior")
        cls.north.user_ids = [Command.link(cls.users["senior"].id)]
        cls.Lead = cls.env["crm.lead"]
        cls.Enquiry = cls.env["edu.enquiry"]
        cls.Partner = cls.env["res.partner"]
        cls.reason = cls.env["crm.lost.reason"].create({"name": "Went elsewhere"})
        cls.hoa = cls.Partner.create(
            {"name": "Trần Thị Hoa", "phone": "0903 111 222", "email": "Hoa.Tran@example.com"}
        )

    @classmethod
    def _lead(cls, role="counsellor", campus=None, **values):
        """A lead in the care of ``role``; of nobody when ``role`` is none."""
        return cls.Lead.create(
            {
                "name": "Wants English",
                "contact_name": "Lê Văn Bình",
                "phone": "0911 000 111",
                "type": "opportunity",
                "campus_id": (campus or cls.north).id,
                "user_id": cls.users[role].id if role else False,
                **values,
            }
        )

    @classmethod
    def _enquiry(cls, **values):
        return {
            "contact_name": "Phạm Minh Quân",
            "phone": "0987 654 321",
            "campus_id": cls.north.id,
            **values,
        }
