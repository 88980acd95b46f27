from datetime import timedelta

from odoo import api, models
from odoo.addons.edu_catalog.demo.catalogue import CAMPUSES, COUNSELLORS
from odoo.addons.edu_catalog.demo.people import CITIES, People
from odoo.fields import Command

from . import market

MEETING_COUNT = 30


class EduDemo(models.AbstractModel):
    _inherit = "edu.demo"

    @api.model
    def _load_crm(self):
        """Enquiries in every state of care, calls and meetings around today, the life cycle of customers."""
        if not self.env.ref("edu_enrollment.demo_user_cashier", raise_if_not_found=False):
            return
        if self.env.ref("edu_crm.demo_campaign_0", raise_if_not_found=False):
            return
        loader = self._demo_env()
        loader._load_market()
        leads = loader._load_leads()
        loader._load_care(leads)
        loader._load_meetings(leads)
        loader._load_lifecycle(leads)

    def _load_market(self):
        self._demo_create(
            "utm.campaign",
            {
                f"campaign_{position}": {"title": title, "user_id": self._demo("user_manager").id}
                for position, title in enumerate(market.CAMPAIGNS)
            },
            "edu_crm",
        )
        self._demo_create(
            "res.partner",
            {
                f"channel_{position}": {
                    "name": name,
                    "is_company": True,
                    "city": city,
                    "phone": phone,
                    "country_id": self.env.ref("base.vn").id,
                    "company_id": self.env.company.id,
                }
                for position, (name, (city, phone)) in enumerate(market.CHANNELS.items())
            },
            "edu_crm",
        )
        self._demo_create(
            "crm.lost.reason",
            {f"lost_reason_{position}": {"name": name} for position, name in enumerate(market.LOST_REASONS)},
            "edu_crm",
        )

    def _load_leads(self):
        """Take the enquiries as the website and the front desk do.

        :return: dict of care status → ``crm.lead``, all of them new or assigned as yet
        """
        random, today = self._demo_random("leads"), self._demo_today()
        crowd = People(random, 200_000)
        won = self.env["edu.enrollment"].search(
            [
                ("company_id", "=", self.env.company.id),
                ("state", "=", "confirmed"),
                ("type", "=", "new"),
                ("class_id.state", "=", "open"),
            ],
            order="date_confirmed desc, id",
            limit=market.STATUSES["converted"],
        )
        enquiries, states = [], []
        for status, count in market.STATUSES.items():
            for position in range(count):
                codes, text = random.choice(market.WISHES)
                enrollment = won[position] if status == "converted" else won.browse()
                campus = enrollment.campus_id.code or random.choice(("HN", "HN", "HCM", "HCM", "DN"))
                enquiry = {
                    "description": text,
                    "source": random.choice(market.SOURCES),
                    "campus_id": self._demo(f"campus_{campus}").id,
                    "program_ids": [self._demo(f"program_{code}").id for code in codes],
                    "potential_level": random.choice(("low", "medium", "medium", "high")),
                    "sales_form": random.choice(
                        ("phone", "phone", "normal", "normal", "complex", "conference")
                    ),
                }
                if random.random() < 0.4:
                    enquiry["campaign_id"] = self._demo(f"campaign_{random.randint(0, 1)}", "edu_crm").id
                if random.random() < 0.12:
                    enquiry["channel_partner_id"] = self._demo(
                        f"channel_{random.randint(0, 1)}", "edu_crm"
                    ).id
                gender = random.choice(("female", "male"))
                contact = crowd.contact(crowd.name(gender), campus)
                if not market.CHILD_PROGRAMS.isdisjoint(codes):
                    surname = contact["name"].split()[0]
                    enquiry |= {
                        "learner_name": crowd.name(random.choice(("female", "male")), surname),
                        "learner_birthdate": today - timedelta(days=random.randint(7 * 366, 12 * 365)),
                        "learner_relation": "mother" if gender == "female" else "father",
                    }
                if enrollment:
                    payer, student = enrollment.partner_id, enrollment.student_id
                    contact = {"name": payer.name, "phone": payer.phone, "email": payer.email}
                    enquiry |= {
                        "program_ids": enrollment.package_id.program_ids.ids,
                        "learner_name": student.name if student.partner_id != payer else "",
                        "learner_birthdate": student.birthdate,
                        "learner_relation": student.guardian_ids.filtered("is_payer").relation,
                    }
                if status != "new":
                    enquiry["user_id"] = self._demo(f"user_{COUNSELLORS[campus]}").id
                enquiries.append(
                    {
                        **enquiry,
                        "contact_name": contact["name"],
                        "phone": contact["phone"],
                        "email_from": contact["email"],
                    }
                )
                states.append(status)
        leads = self.env["edu.enquiry"]._create_leads(enquiries)
        by_status = {
            status: leads.browse([lead.id for lead, its in zip(leads, states, strict=True) if its == status])
            for status in market.STATUSES
        }
        for lead, enrollment in zip(by_status["converted"], won, strict=True):
            enrollment.lead_id = lead
        leads.partner_id.filtered(lambda partner: not partner.country_id).country_id = self.env.ref("base.vn")
        return by_status

    def _load_care(self, leads):
        """Bring each lead to its status by the product's own buttons, some days ago."""
        random = self._demo_random("care")
        stages = self.env["crm.stage"].search([("is_won", "=", False), ("team_ids", "=", False)])
        for position, stage in enumerate(stages[1:]):
            leads["in_process"][position :: len(stages) - 1].stage_id = stage
        leads["in_process"]._take_into_care()
        leads["recycled"]._take_into_care()
        leads["recycled"].action_recycle()
        for position in range(len(market.LOST_REASONS)):
            lost = leads["dead"][position :: len(market.LOST_REASONS)]
            lost.action_stop_care(self._demo(f"lost_reason_{position}", "edu_crm").id)
        leads["converted"].enrollment_ids._convert_lead()
        everything = self.env["crm.lead"].concat(*leads.values())
        moment = self._demo_utc(self._demo_today(), 9.5)
        for lead in everything:
            lead.care_status_date = moment - timedelta(
                days=random.randint(0, 20), minutes=random.randint(0, 500)
            )
        # A to-do for everybody who is being cared for: yesterday's, today's and the days' to come.
        active = leads["in_process"] | leads["assigned"]
        self.env["mail.activity"].create(
            [
                {
                    "res_model_id": self.env["ir.model"]._get_id("crm.lead"),
                    "res_id": lead.id,
                    "activity_type_id": self.env.ref("mail.mail_activity_data_call").id,
                    "summary": random.choice(
                        ("Call back", "Send the price list", "Ask about the placement test")
                    ),
                    "date_deadline": self._demo_today() + timedelta(days=random.randint(-2, 6)),
                    "user_id": lead.user_id.id,
                }
                for lead in active
            ]
        )

    def _load_meetings(self, leads):
        """Calls, consultations and placement tests from a week ago to a week ahead."""
        random, today = self._demo_random("meetings"), self._demo_today()
        now = self.env.cr.now()
        talked = leads["in_process"] | leads["converted"] | leads["assigned"]
        vals_list = []
        for position in range(MEETING_COUNT):
            lead = talked[position % len(talked)]
            kind, subject, hours = random.choice(market.MEETINGS)
            day = today + timedelta(days=position * 14 // MEETING_COUNT - 6)
            start = self._demo_utc(day, random.choice((8.5, 9, 10, 11, 14, 15, 16, 17)))
            stop = start + timedelta(hours=hours)
            vals_list.append(
                {
                    "name": f"{subject}: {lead.contact_name}",
                    "edu_kind": kind,
                    "direction": "outbound" if kind == "call" else False,
                    "campus_id": lead.campus_id.id,
                    "user_id": lead.user_id.id,
                    "partner_ids": [Command.set([lead.user_id.partner_id.id, lead.partner_id.id])],
                    "opportunity_id": lead.id,
                    "start": start,
                    "stop": stop,
                    "location": False if kind == "call" else lead.campus_id.name,
                    "outcome": random.choice(("held", "held", "held", "not_held"))
                    if stop < now
                    else "planned",
                }
            )
        # Those who are only assigned have not been talked with yet.
        for vals in vals_list:
            if vals["opportunity_id"] in leads["assigned"].ids and vals["outcome"] == "held":
                vals["outcome"] = "not_held"
        self.env["calendar.event"].create(vals_list)

    def _load_lifecycle(self, leads):
        """Every customer is somewhere on the way (M7); occupations and schools of the students (M12, M13)."""
        random = self._demo_random("lifecycle")

        def stage(key):
            return self.env.ref(f"edu_crm.edu_lifecycle_stage_{key}")

        leads["in_process"].partner_id.lifecycle_stage_id = stage("in_consulting")
        leads["in_process"][::4].partner_id.lifecycle_stage_id = stage("in_trial")
        leads["dead"].partner_id.lifecycle_stage_id = stage("pre_stranger")
        students = self.env["edu.student"].search([("student_company_id", "=", self.env.company.id)])
        by_state = students.grouped("state")
        learning = by_state["learning"] | by_state["suspended"]
        (learning.partner_id | learning.enrollment_ids.partner_id).lifecycle_stage_id = stage(
            "after_learning"
        )
        soon = self._demo_today() + timedelta(weeks=3)
        learning.enrollment_ids.filtered(
            lambda enrollment: enrollment.class_id.state == "running" and enrollment.class_id.date_end <= soon
        ).student_id.partner_id.lifecycle_stage_id = stage("after_renewal")
        by_state["graduated"].partner_id.lifecycle_stage_id = stage("after_alumni")
        occupations = self.env["edu.occupation"].create([{"name": name} for name in market.OCCUPATIONS])
        schools = dict(
            zip(
                CAMPUSES,
                (
                    self.env["edu.school"].create([{"name": f"{name}, {CITIES[code]}"} for name in names])
                    for code, names in market.SCHOOLS.items()
                ),
                strict=True,
            )
        )
        at_school, at_work = {}, {}
        for student in students:
            # Primary school, secondary school, high school, university: a place in the table each.
            level = next((level for level, age in enumerate((11, 15, 18, 23)) if student.age < age), None)
            if level is None:
                occupation = random.choice(occupations[2:])
                at_work[occupation] = at_work.get(occupation, student.browse()) | student
            else:
                school = schools[student.campus_id.code][level]
                at_school[school] = at_school.get(school, student.browse()) | student
        for school, pupils in at_school.items():
            pupils.partner_id.school_id = school
            university = school in self.env["edu.school"].concat(*(group[3] for group in schools.values()))
            pupils.partner_id.occupation_id = occupations[1 if university else 0]
        for occupation, adults in at_work.items():
            adults.partner_id.occupation_id = occupation
