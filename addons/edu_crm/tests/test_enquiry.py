from datetime import date
from unittest.mock import patch

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user

from .common import CrmCommon


class TestEnquiry(CrmCommon):
    """M20: an enquiry finds the contact that is there before it makes one."""

    def _find(self, **person):
        return self.Partner._edu_find_contact([person])[0]

    def test_phone_in_any_format(self):
        for phone in ("0903111222", "+84903111222", "+84 903-111-222", "0084 903 111 222", "(0903) 111.222"):
            with self.subTest(phone=phone):
                self.assertEqual(self._find(phone=phone), self.hoa)

    def test_email_in_any_case(self):
        for email in ("hoa.tran@example.com", "HOA.TRAN@EXAMPLE.COM", "Hoa <hoa.tran@example.com>"):
            with self.subTest(email=email):
                self.assertEqual(self._find(email=email), self.hoa)

    def test_nobody(self):
        for person in (
            {},
            {"name": "Trần Thị Hoa"},
            {"phone": "", "email": ""},
            {"phone": "0903 111 223"},
            {"phone": "x"},
        ):
            with self.subTest(person=person):
                self.assertFalse(self._find(**person))

    def test_name_and_birthday_of_a_student(self):
        student = self.env["edu.student"].create(
            {"name": "Nguyễn An", "birthdate": "2010-05-06", "campus_id": self.north.id}
        )
        self.assertEqual(self._find(name=" nguyễn  AN ", birthdate=date(2010, 5, 6)), student.partner_id)
        self.assertFalse(self._find(name="Nguyễn An", birthdate=date(2010, 5, 7)))
        self.assertFalse(self._find(name="Nguyễn Ân", birthdate=date(2010, 5, 6)))

    def test_shared_phone_prefers_the_name(self):
        tu = self.Partner.create({"name": "Lý Tú", "phone": "0903 111 222"})
        self.assertEqual(self._find(name="lý tú", phone="0903111222"), tu)
        self.assertEqual(
            self._find(name="Somebody", phone="0903111222", email="hoa.tran@example.com"), self.hoa
        )

    def test_contact_of_another_company_is_not_taken(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.Partner.create({"name": "Ghost", "phone": "0999 000 999", "company_id": other.id})
        self.assertFalse(self._find(phone="0999000999"))

    def test_known_person_gets_a_lead_and_keeps_the_data(self):
        lead = self.Enquiry._create_lead(
            self._enquiry(contact_name="Hoa", phone="+84 903 111 222", email_from="thief@example.com")
        )
        self.assertEqual(lead.partner_id, self.hoa)
        self.assertEqual(lead.email_from, "thief@example.com")
        self.assertEqual(self.hoa.email, "Hoa.Tran@example.com")
        self.assertEqual(self.hoa.name, "Trần Thị Hoa")

    def test_what_was_typed_stays_with_the_lead(self):
        lead = self.Enquiry._create_lead(
            self._enquiry(
                contact_name="Hoa", phone="0912 345 678", email_from="hoa.tran@example.com", name="Wish"
            )
        )
        self.assertEqual(lead.partner_id, self.hoa)
        self.assertEqual((lead.name, lead.contact_name, lead.phone), ("Wish", "Hoa", "0912 345 678"))
        self.assertEqual(self.hoa.phone_sanitized, "+84903111222")

    def test_contact_follows_its_lead_whatever_the_context_says(self):
        """Only enquiries leave a contact as it is; a caller over the API can send any context key."""
        lead = self._lead(partner_id=self.hoa.id, phone=self.hoa.phone)
        lead.with_context(edu_keep_contact=True).write(
            {"phone": "0903 999 888", "email_from": "new@example.com"}
        )
        self.assertEqual((self.hoa.phone, self.hoa.email), ("0903 999 888", "new@example.com"))

    def test_new_person_becomes_a_contact(self):
        lead = self.Enquiry._create_lead(
            self._enquiry(
                email_from="quan@example.com",
                program_ids=self.program.ids,
                description="Evenings, please.\nThank you",
                source="Friends",
            )
        )
        contact = lead.partner_id
        self.assertEqual(
            (contact.name, contact.phone_sanitized, contact.email_normalized),
            ("Phạm Minh Quân", "+84987654321", "quan@example.com"),
        )
        self.assertEqual(contact.lifecycle_stage_id, self.env["edu.lifecycle.stage"]._entered_on("enquiry"))
        self.assertEqual(lead.program_ids, self.program)
        self.assertEqual(lead.campus_id, self.north)
        self.assertEqual(lead.source_id.name, "Friends")
        self.assertIn("IELTS Foundation", lead.name)
        self.assertEqual(str(lead.description), "<p>Evenings, please.<br>Thank you</p>")
        self.assertTrue(lead.active)

    def test_repeated_enquiry_is_one_lead(self):
        lead = self.Enquiry._create_lead(self._enquiry(description="Hello"))
        again = self.Enquiry._create_lead(
            self._enquiry(description="  hello ", contact_name="PHẠM MINH QUÂN")
        )
        self.assertEqual(again, lead)
        other = self.Enquiry._create_lead(self._enquiry(description="Another wish"))
        self.assertNotEqual(other, lead)
        self.assertEqual(other.partner_id, lead.partner_id)
        self.assertIn(lead, other.duplicate_lead_ids)

    def test_the_same_words_much_later_are_a_new_lead(self):
        lead = self.Enquiry._create_lead(self._enquiry())
        later = lead.create_date.timestamp() + 3600
        with patch("odoo.addons.edu_crm.models.edu_enquiry.time.time", return_value=later):
            self.assertNotEqual(self.Enquiry._create_lead(self._enquiry()), lead)

    def test_twice_in_one_batch(self):
        one, two, three = self.Enquiry._create_leads(
            [self._enquiry(), self._enquiry(), self._enquiry(phone="+84987654321", description="And Chinese")]
        )
        self.assertEqual(one, two)
        self.assertNotEqual(one, three)
        self.assertEqual(one.partner_id, three.partner_id)

    def test_who_is_in_charge(self):
        visitor = self.Enquiry.sudo()._create_lead(self._enquiry())
        self.assertFalse(visitor.user_id)
        self.assertEqual(visitor.care_status, "new")
        own = self.Enquiry.with_user(self.users["counsellor"])._create_lead(
            self._enquiry(phone="0987 000 001")
        )
        self.assertEqual(own.user_id, self.users["counsellor"])
        self.assertEqual(own.care_status, "assigned")

    def test_visitor_comes_through_a_route_only(self):
        public = self.env.ref("base.public_user")
        with self.assertRaises(AccessError):
            self.Enquiry.with_user(public)._create_lead(self._enquiry())
        lead = self.Enquiry.with_user(public).sudo()._create_lead(self._enquiry(contact_name="Visitor"))
        self.assertEqual(lead.contact_name, "Visitor")
        self.assertFalse(lead.user_id)

    def test_employee_without_role_creates_nothing(self):
        employee = new_test_user(self.env, "t_employee", groups="base.group_user")
        with self.assertRaises(AccessError):
            self.Enquiry.with_user(employee)._create_lead(self._enquiry())

    def test_bad_input_is_refused_with_a_sentence(self):
        bad = {
            "empty name": {"contact_name": " \n\t "},
            "long name": {"contact_name": "x" * 10_000},
            "nothing to reach by": {"phone": "", "email_from": ""},
            "no number": {"phone": "call me"},
            "no address": {"phone": "", "email_from": "nobody"},
            "long message": {"description": "x" * 20_001},
            "no such program": {"program_ids": [2**31 - 1]},
            "huge id": {"campus_id": 10**30},
            "negative id": {"program_ids": [-1]},
            "not an id": {"campus_id": "north; DROP TABLE"},
            "not a date": {"learner_birthdate": "yesterday"},
            "not a choice": {"sales_form": "telepathy"},
            "digits": {"program_ids": "12"},
            "a list": {"sales_form": ["phone"]},
            "infinity": {"campus_id": float("inf")},
            "not ours": {"expected_revenue": 1},
        }
        leads, contacts = self.Lead.search_count([]), self.Partner.search_count([])
        for what, values in bad.items():
            with self.subTest(what), self.assertRaises(ValidationError):
                self.Enquiry._create_lead(self._enquiry(**values))
        self.assertEqual(self.Lead.search_count([]), leads)
        self.assertEqual(self.Partner.search_count([]), contacts)

    def test_odd_input_is_kept_as_typed(self):
        lead = self.Enquiry._create_lead(
            self._enquiry(
                contact_name="Nguyễn\x00 <script>alert(1)</script> 🦊",
                description="<img src=x onerror=alert(1)> 🎓\x00" + "y" * 10_000,
            )
        )
        self.assertEqual(lead.contact_name, "Nguyễn <script>alert(1)</script> 🦊")
        self.assertEqual(lead.partner_id.name, lead.contact_name)
        self.assertNotIn("<img", lead.description)
        self.assertIn("🎓", lead.description)

    def test_query_count_does_not_grow_with_people(self):
        def queries(count):
            people = [
                {"name": f"N{i}", "phone": f"09{i:08}", "email": f"n{i}@example.com"} for i in range(count)
            ]
            return self._count_queries(lambda: self.Partner._edu_find_contact(people))

        queries(1)
        self.assertEqual(queries(100), queries(10))
        self.assertLessEqual(queries(100), queries(1) + 2)

    def test_query_count_of_enquiries_grows_slowly(self):
        def queries(count, start):
            people = [
                self._enquiry(
                    contact_name=f"N{i}", phone=f"09{i:08}", program_ids=self.program.ids, source="Web"
                )
                for i in range(start, start + count)
            ]
            return self._count_queries(lambda: self.Enquiry._create_leads(people))

        queries(1, 0)
        ten, hundred = queries(10, 1000), queries(100, 2000)
        self.assertLess((hundred - ten) / 90, 1.5, f"{ten} queries for 10 enquiries, {hundred} for 100")
