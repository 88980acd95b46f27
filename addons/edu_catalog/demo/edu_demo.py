import random
from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.fields import Command

from . import catalogue, plan
from .holidays import days_off, holidays
from .people import CITIES, People

TZ = "Asia/Ho_Chi_Minh"


class EduDemo(models.AbstractModel):
    """The demonstration centre: each addon adds what it knows. Everything lies relative to today.

    Drawn from fixed seeds, so that two databases of one day are alike; loading a second time does nothing.
    """

    _name = "edu.demo"
    _description = "Demonstration Centre"

    @api.model
    def _demo_env(self):
        """The loader as the superuser, in the time zone of the centre, in its company once there is one.

        Nothing is logged in chatters and no mail is sent: what is made here has been made long ago.
        """
        company = self.env.ref("edu_catalog.demo_company", raise_if_not_found=False)
        loader = self.sudo().with_context(
            lang="en_US",
            tz=TZ,
            tracking_disable=True,
            mail_create_nosubscribe=True,
            mail_auto_subscribe_no_notify=True,
            mail_activity_quick_update=True,
            no_mail_to_attendees=True,
            no_reset_password=True,
            # A company with a country would otherwise set out to install modules in the middle of this.
            install_mode=True,
        )
        return loader.with_context(allowed_company_ids=company.ids) if company else loader

    @api.model
    def _demo(self, key, addon="edu_catalog"):
        """The record of that key."""
        return self.env.ref(f"{addon}.demo_{key}")

    @api.model
    def _demo_create(self, model, rows, addon="edu_catalog"):
        """Create records that others refer to.

        :param str model: name of the model
        :param dict rows: key → values
        :return: the records, in the order of ``rows``
        """
        return self.env[model]._load_records(
            [
                {"xml_id": f"{addon}.demo_{key}", "values": values, "noupdate": True}
                for key, values in rows.items()
            ]
        )

    @api.model
    def _demo_random(self, part):
        """Chance that is the same every time, and another one for each part of the data."""
        return random.Random(f"edu.demo.{part}")

    @api.model
    def _demo_today(self):
        return fields.Date.context_today(self)

    @api.model
    def _demo_days_off(self):
        year = self._demo_today().year
        return days_off(range(year - 1, year + 3))

    @api.model
    def _demo_utc(self, day, hour):
        """The UTC moment (naive) of an hour of the centre's wall clocks."""
        local = datetime.combine(day, time()) + timedelta(hours=hour)
        return pytz.timezone(TZ).localize(local).astimezone(pytz.utc).replace(tzinfo=None)

    # ------------------------------------------------------------------ edu_catalog
    @api.model
    def _load_catalog(self):
        """The company, its campuses, staff, rooms, teachers, programs, packages and classes."""
        if self.env.ref("edu_catalog.demo_company", raise_if_not_found=False):
            return
        self._demo_env()._load_company()
        loader = self._demo_env()
        loader._load_campuses()
        loader._load_rooms_and_teachers()
        loader._load_programs()
        loader._load_packages()
        loader._load_classes()

    def _load_company(self):
        vnd = self.env.ref("base.VND")
        vnd.active = True
        self._demo_create(
            "res.company",
            {
                "company": {
                    "name": catalogue.COMPANY["name"],
                    "country_id": self.env.ref("base.vn").id,
                    "currency_id": vnd.id,
                }
            },
        )
        company = self._demo("company")
        # Not at creation: Odoo would ask a service on the internet about the company's domain.
        company.write(catalogue.COMPANY)
        self.env.ref("base.user_admin").write(
            {"company_ids": [Command.link(company.id)], "company_id": company.id, "tz": TZ}
        )
        every_day = [(day, 8.0, 12.25, "morning") for day in range(7)] + [
            (day, 13.5, 21.5, "afternoon") for day in range(7)
        ]
        evenings = [(day, 17.5, 21.5, "afternoon") for day in range(5)] + [
            (day, hour_from, hour_to, period)
            for day in (5, 6)
            for hour_from, hour_to, period in ((8.0, 12.5, "morning"), (13.5, 21.5, "afternoon"))
        ]
        self._demo_create(
            "resource.calendar",
            {
                f"calendar_{key}": {
                    "name": name,
                    "company_id": company.id,
                    "tz": TZ,
                    "attendance_ids": [
                        Command.create(
                            {
                                "name": f"{period.capitalize()} {day + 1}",
                                "dayofweek": str(day),
                                "hour_from": hour_from,
                                "hour_to": hour_to,
                                "day_period": period,
                            }
                        )
                        for day, hour_from, hour_to, period in sorted(hours)
                    ],
                }
                for key, name, hours in (
                    ("full", "Opening hours: every day", every_day),
                    ("part", "Evenings and weekends", evenings),
                )
            },
        )
        company.resource_calendar_id = self._demo("calendar_full")
        year = self._demo_today().year
        self.env["resource.calendar.leaves"].create(
            [
                {
                    "name": name,
                    "company_id": company.id,
                    "resource_id": False,
                    "calendar_id": False,
                    "date_from": self._demo_utc(first, 0),
                    "date_to": self._demo_utc(last, 24) - timedelta(seconds=1),
                }
                for name, first, last in holidays(range(year - 1, year + 3))
            ]
        )

    def _load_campuses(self):
        company, country = self.env.company, self.env.ref("base.vn")
        self._load_staff(catalogue.STAFF)
        partners = self._demo_create(
            "res.partner",
            {
                f"campus_partner_{code}": {
                    "name": name,
                    "street": street,
                    "city": city,
                    "phone": phone,
                    "country_id": country.id,
                    "parent_id": company.partner_id.id,
                    "type": "other",
                    "company_id": company.id,
                    "tz": TZ,
                }
                for code, (name, street, city, phone, _color) in catalogue.CAMPUSES.items()
            },
        )
        self._demo_create(
            "edu.campus",
            {
                f"campus_{code}": {
                    "name": row[0],
                    "code": code,
                    "color": row[4],
                    "sequence": sequence,
                    "company_id": company.id,
                    "partner_id": partner.id,
                    "manager_id": self._demo(f"user_{catalogue.MANAGERS[code]}").id,
                    "user_ids": [
                        Command.link(self._demo(f"user_{login}").id)
                        for login, (_name, campuses, _group) in catalogue.STAFF.items()
                        if code in campuses
                    ]
                    + [Command.link(self.env.ref("base.user_admin").id)],
                    "resource_calendar_id": company.resource_calendar_id.id,
                    "tz": TZ,
                }
                for sequence, ((code, row), partner) in enumerate(
                    zip(catalogue.CAMPUSES.items(), partners, strict=True), start=1
                )
            },
        )

    def _load_staff(self, staff, addon="edu_catalog"):
        """Users who log in with their login as password.

        :param dict staff: login → (name, campuses, group)
        :return: ``res.users``
        """
        company = self.env.company
        return self._demo_create(
            "res.users",
            {
                f"user_{login}": {
                    "name": name,
                    "login": login,
                    "password": login,
                    "email": f"{login}@saomai.example.com",
                    "tz": TZ,
                    "company_id": company.id,
                    "company_ids": [Command.set(company.ids)],
                    "group_ids": [Command.set([self.env.ref(group).id])],
                }
                for login, (name, _campuses, group) in staff.items()
            },
            addon,
        )

    def _load_rooms_and_teachers(self):
        features = self.env["edu.room.feature"].search([("name", "in", catalogue.FEATURES)])
        features |= features.create(
            [{"name": name, "color": color} for color, name in enumerate(catalogue.FEATURES, start=1)
             if name not in features.mapped("name")]
        )  # fmt: skip
        by_name = {feature.name: feature.id for feature in features}
        self._demo_create(
            "edu.room",
            {
                f"room_{position}": {
                    "name": name,
                    "code": code,
                    "campus_id": self._demo(f"campus_{campus}").id,
                    "capacity": capacity,
                    "feature_ids": [Command.set([by_name[catalogue.FEATURES[number]] for number in numbers])],
                    "resource_calendar_id": self.env.company.resource_calendar_id.id,
                }
                for position, (campus, code, name, capacity, numbers) in enumerate(catalogue.ROOMS)
            },
        )
        self._demo_create(
            "edu.subject",
            {
                f"subject_{code}": {"code": code, "name": name, "credits": credits_}
                for code, (name, credits_) in catalogue.SUBJECTS.items()
            },
        )
        group = "edu_catalog.group_edu_teacher"
        self._load_staff({row[6]: (row[0], row[2], group) for row in catalogue.TEACHERS if row[6]})
        crowd = People(self._demo_random("teachers"), 1000)
        vals = {}
        for position, row in enumerate(catalogue.TEACHERS):
            name, subjects, campuses, employment, rate, hours, login = row
            contact = crowd.contact(name, campuses[0])
            vals[f"teacher_{position}"] = {
                **{field: contact[field] for field in ("name", "phone", "email")},
                "user_id": self._demo(f"user_{login}").id if login else False,
                "subject_ids": [Command.set([self._demo(f"subject_{code}").id for code in subjects])],
                "campus_ids": [Command.set([self._demo(f"campus_{code}").id for code in campuses])],
                "employment": employment,
                "hourly_rate": rate,
                "resource_calendar_id": self._demo(f"calendar_{hours}").id,
                "tz": TZ,
            }
        teachers = self._demo_create("edu.teacher", vals)
        vietnam = self.env.ref("base.vn")
        teachers.partner_id.write({"country_id": vietnam.id, "company_id": self.env.company.id})
        for campus, of_campus in teachers.grouped(lambda teacher: teacher.campus_ids[:1].code).items():
            of_campus.partner_id.city = CITIES[campus]

    def _load_programs(self):
        today = self._demo_today()
        self._demo_create(
            "edu.program.category",
            {f"category_{code}": {"name": name} for code, name in catalogue.CATEGORIES.items()},
        )
        programs = self._demo_create(
            "edu.program",
            {
                f"program_{code}": {
                    "code": code,
                    "name": name,
                    "category_id": self._demo(f"category_{category}").id,
                    "state": state,
                    "reviewer_id": self.env.ref("base.user_admin").id,
                    "date_start": today.replace(day=1) - timedelta(days=500),
                    "duration_months": months,
                    "session_count": sessions,
                    "hours": sessions * length,
                    "company_id": self.env.company.id,
                    "list_price": price,
                    "description": f"<p>{text}</p>",
                    "line_ids": [
                        Command.create(
                            {
                                "subject_id": self._demo(f"subject_{subject}").id,
                                "sequence": sequence,
                                "hours": sessions * length / len(subjects),
                            }
                        )
                        for sequence, subject in enumerate(subjects, start=1)
                    ],
                }
                for code, (
                    name, category, subjects, months, sessions, length, price, _next, _audience, state, text
                ) in catalogue.PROGRAMS.items()
            },
        )  # fmt: skip
        for program in programs:
            following = catalogue.PROGRAMS[program.code][7]
            related = catalogue.RELATED.get(program.code, ())
            program.next_program_id = self._demo(f"program_{following}") if following else False
            program.related_program_ids = [
                Command.set([self._demo(f"program_{code}").id for code in related])
            ]
        programs.filtered(lambda program: program.state == "review").activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=self.env.ref("base.user_admin").id,
            summary="Review the program",
        )

    def _load_packages(self):
        programs = catalogue.PROGRAMS
        rows = {
            code: (row[0], "class", (code,), row[6], 0)
            for code, row in programs.items()
            if row[9] == "published"
        }
        for code, factor in catalogue.SMALL_GROUP.items():
            name, price = f"{programs[code][0]}, small group", round(programs[code][6] * factor, -5)
            rows[f"{code}-S"] = (name, "class", (code,), price, 0)
        for code, rate in catalogue.PRIVATE_HOURS.items():
            pack = catalogue.PRIVATE_PACK
            name = f"{programs[code][0]}, {pack} private hours"
            rows[f"{code}-P"] = (name, "hours", (code,), rate * pack, pack)
        for code, (name, covered) in catalogue.COMBOS.items():
            price = sum(programs[program][6] for program in covered) * catalogue.COMBO_RATE
            rows[code] = (name, "combo", covered, round(price, -5), 0)
        self._demo_create(
            "edu.package",
            {
                f"package_{code}": {
                    "code": code,
                    "name": name,
                    "kind": kind,
                    "program_ids": [Command.link(self._demo(f"program_{program}").id) for program in covered],
                    "company_id": self.env.company.id,
                    "currency_id": self.env.company.currency_id.id,
                    "price": price,
                    **({"hours": hours} if hours else {}),
                    "user_id": self._demo("user_academic").id,
                    "campus_id": self._demo("campus_HN").id,
                    "date_from": self._demo_today() - timedelta(days=400),
                }
                for code, (name, kind, covered, price, hours) in rows.items()
            },
        )

    def _load_classes(self):
        today, off = self._demo_today(), self._demo_days_off()
        vals = {}
        for class_ in plan.planned_classes():
            days = class_.lessons(today, off)
            vals[f"class_{class_.code}"] = {
                "code": class_.code,
                "name": catalogue.PROGRAMS[class_.program][0],
                "state": class_.state,
                "program_id": self._demo(f"program_{class_.program}").id,
                "campus_id": self._demo(f"campus_{class_.campus}").id,
                "teacher_id": class_.teacher is not None and self._demo(f"teacher_{class_.teacher}").id,
                "room_id": self._demo(f"room_{class_.room}").id,
                "date_start": days[0],
                "date_end": days[-1],
                "capacity": class_.capacity,
                "min_size": 6,
            }
        self._demo_create("edu.class", vals)
