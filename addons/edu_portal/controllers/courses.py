from odoo import fields, http
from odoo.addons.edu_crm.tools import clean_line, clean_text
from odoo.exceptions import ValidationError
from odoo.http import request
from odoo.tools import email_normalize

from ..tools import as_id

PER_PAGE = 12
SEARCH_MAX = 64

# The longest answers that the enquiry form takes, in characters.
LINES = {"name": 128, "phone": 64, "email": 254, "learner_name": 128}
MESSAGE_MAX = 5_000
PHONE_DIGITS_MIN = 6
PHONE_SIGNS = set("0123456789+-./() ")
OLDEST_LEARNER_YEARS = 120


class Courses(http.Controller):
    """The course catalogue and the enquiry form, for everybody (W1)."""

    def _sitemap_courses(env, rule, qs):  # noqa: N805
        if not qs or qs.lower() in "/courses":
            yield {"loc": "/courses"}

    def _sitemap_course(env, rule, qs):  # noqa: N805
        Program = env["edu.program"]
        # The check is the domain: published programs are for everybody.
        for program_sudo in Program.sudo().search(Program._website_domain()):
            if not qs or qs.lower() in program_sudo.website_url:
                yield {"loc": program_sudo.website_url}

    @http.route(
        ["/courses", "/courses/page/<int:page>"],
        type="http",
        auth="public",
        website=True,
        readonly=True,
        sitemap=_sitemap_courses,
    )
    def courses(self, page=1, search="", category=None, **_params):
        """The published programs, twelve on a page, with words looked for and one category if wanted."""
        Program = self.env["edu.program"]
        published = Program._website_domain()
        search = clean_line(search)[:SEARCH_MAX]
        domain = published & Program._website_search_domain(search)
        # The check is the domain: published programs are for everybody.
        Program_sudo = Program.sudo()
        categories_sudo = Program_sudo.search(published).category_id
        category_id = as_id(category)
        category_sudo = categories_sudo.filtered(lambda item: item.id == category_id)
        if category_sudo:
            domain &= fields.Domain("category_id", "child_of", category_sudo.ids)
        url_args = {"search": search or None, "category": category_sudo.id or None}
        pager = request.website.pager(
            url="/courses",
            total=Program_sudo.search_count(domain),
            page=page,
            step=PER_PAGE,
            url_args={name: value for name, value in url_args.items() if value},
        )
        programs_sudo = Program_sudo.search(domain, limit=PER_PAGE, offset=max(pager["offset"], 0))
        return request.render(
            "edu_portal.courses",
            {
                "programs": programs_sudo,
                "classes_by_program": self._open_classes_sudo(programs_sudo).grouped("program_id"),
                "categories": categories_sudo.sorted("complete_name"),
                "category": category_sudo,
                "search": search,
                "pager": pager,
            },
        )

    @http.route(
        "/courses/<string:slug>",
        type="http",
        auth="public",
        website=True,
        readonly=True,
        sitemap=_sitemap_course,
    )
    def course(self, slug, **_params):
        """One program with the classes that can be joined; an outdated address leads to the right one."""
        program_sudo = self._program_sudo(self.env["ir.http"]._unslug(slug)[1])
        if not program_sudo:
            raise request.not_found()
        if slug != program_sudo._website_slug():
            return request.redirect(program_sudo.website_url, code=301)
        return request.render(
            "edu_portal.course",
            {
                "program": program_sudo,
                "classes": self._open_classes_sudo(program_sudo),
                "main_object": program_sudo,
                **self._enquiry_values({**self._known_visitor(), "program": str(program_sudo.id)}),
            },
        )

    @http.route("/courses/enquire", type="http", auth="public", website=True, methods=["GET"], sitemap=False)
    def enquire(self, **params):
        """The enquiry form on a page of its own; ``program`` and ``class`` choose beforehand."""
        answers = {name: params.get(name) for name in ("program", "class")}
        return request.render(
            "edu_portal.enquire", self._enquiry_values({**self._known_visitor(), **answers})
        )

    @http.route("/courses/enquire", type="http", auth="public", website=True, methods=["POST"], sitemap=False)
    def enquire_submit(self, **answers):
        """Turn the answers into a lead (M3), or show the form again with what is wrong.

        Sent twice, the same answers make one lead (see ``edu.enquiry._create_leads``).
        """
        if answers.get("homepage"):
            # The field is hidden, so a machine filled it in. It gets the usual answer, and no lead is made.
            return request.redirect("/courses/enquire/thanks", code=303)
        values, errors = self._read_enquiry(answers)
        if not errors:
            try:
                with self.env.cr.savepoint():
                    # Visitors have no rights to leads; the check is _read_enquiry.
                    self.env["edu.enquiry"].sudo()._create_lead(values)
            except ValidationError as error:
                errors["form"] = error.args[0]
        if errors:
            return request.render("edu_portal.enquire", self._enquiry_values(answers, errors), status=422)
        return request.redirect("/courses/enquire/thanks", code=303)

    @http.route(
        "/courses/enquire/thanks", type="http", auth="public", website=True, readonly=True, sitemap=False
    )
    def enquire_thanks(self, **_params):
        """Confirm that the enquiry has arrived."""
        return request.render("edu_portal.enquire_thanks")

    # --- what visitors may see ---

    def _program_sudo(self, program_id):
        """A published program of this website, with sudo; empty when there is none of that id."""
        Program = self.env["edu.program"]
        return Program.sudo().search(Program._website_domain() & fields.Domain("id", "=", as_id(program_id)))

    def _open_classes_sudo(self, programs):
        """The classes of published programs that can be joined, the next one to start first; with sudo."""
        Class = self.env["edu.class"]
        return Class.sudo().search(Class._website_domain(programs), order="date_start, code")

    def _campuses_sudo(self):
        """The campuses that visitors of this website may choose; with sudo."""
        return self.env["edu.campus"].sudo().search([("company_id", "=", request.website.company_id.id)])

    def _known_visitor(self):
        """Name, phone and e-mail of a visitor who has logged in, to be filled in; nothing of others."""
        partner = self.env.user.partner_id
        if self.env.user._is_public():
            return {}
        return {"name": partner.name, "phone": partner.phone or "", "email": partner.email or ""}

    # --- the enquiry form ---

    def _enquiry_values(self, answers, errors=None):
        """What the form needs to show itself with the answers given so far."""
        Program = self.env["edu.program"]
        answers = {name: answer if isinstance(answer, str) else "" for name, answer in answers.items()}
        program_sudo, class_sudo = self._wanted_sudo(answers)
        return {
            "answers": answers,
            "errors": errors or {},
            "lines": LINES,
            "message_max": MESSAGE_MAX,
            "wanted_program": program_sudo,
            "wanted_class": class_sudo,
            "programs_offered": Program.sudo().search(Program._website_domain(), order="name"),
            "campuses": self._campuses_sudo(),
            "relations": self._relations(),
            "today": fields.Date.context_today(self.env.user),
        }

    def _relations(self):
        return self.env["crm.lead"]._selection_learner_relation()

    def _wanted_sudo(self, answers):
        """The program and the class that were chosen; empty what visitors may not choose; with sudo."""
        class_sudo = self.env["edu.class"].sudo().browse(as_id(answers.get("class"))).exists()
        program_sudo = self._program_sudo(class_sudo.program_id.id or answers.get("program"))
        return program_sudo, class_sudo & self._open_classes_sudo(program_sudo)

    def _read_enquiry(self, answers):
        """Check the answers of the form.

        :param dict answers: what the browser sent; nothing of it is certain
        :return: the values for ``edu.enquiry._create_lead``, and a dict of sentences by field of the form
        """
        answers = {name: answer for name, answer in answers.items() if isinstance(answer, str)}
        lines = {name: clean_line(answers.get(name)) for name in LINES}
        errors = {
            name: self.env._("This is longer than %s characters. Shorten it.", limit)
            for name, limit in LINES.items()
            if len(lines[name]) > limit
        }
        message = clean_text(answers.get("message"))
        if len(message) > MESSAGE_MAX:
            errors["message"] = self.env._(
                "The message is longer than %s characters. Shorten it.", MESSAGE_MAX
            )
        if not lines["name"]:
            errors["name"] = self.env._("Tell us your name, so that we know whom to ask for.")
        if not lines["phone"] and not lines["email"]:
            errors["phone"] = self.env._("Give a phone number or an e-mail address where we can reach you.")
        if lines["phone"] and not self._is_phone(lines["phone"]):
            errors.setdefault(
                "phone", self.env._("This is not a phone number. Write it with digits, like 0912 345 678.")
            )
        if lines["email"] and not email_normalize(lines["email"]):
            errors.setdefault(
                "email", self.env._("This is not an e-mail address. Write it like lan@example.com.")
            )
        values = {
            "contact_name": lines["name"],
            "phone": lines["phone"],
            "email_from": lines["email"],
            "description": message,
            "source": "Website",
        }
        if answers.get("who") == "child":
            values |= self._read_learner(answers, lines, errors)
        values |= self._read_wish(answers, errors)
        if values.get("class_name"):
            values["description"] = "\n".join(filter(None, (values.pop("class_name"), message)))
        return values, errors

    def _is_phone(self, text):
        return set(text) <= PHONE_SIGNS and sum(map(str.isdigit, text)) >= PHONE_DIGITS_MIN

    def _read_learner(self, answers, lines, errors):
        """What is said about a child who is to study; adds to ``errors`` what is wrong."""
        if not lines["learner_name"]:
            errors["learner_name"] = self.env._("Tell us the name of the child who wants to study.")
        values = {"learner_name": lines["learner_name"]}
        if answers.get("learner_relation") in dict(self._relations()):
            values["learner_relation"] = answers["learner_relation"]
        if birthdate := clean_line(answers.get("learner_birthdate")):
            today = fields.Date.context_today(self.env.user)
            try:
                values["learner_birthdate"] = fields.Date.to_date(birthdate)
                possible = today.year - OLDEST_LEARNER_YEARS <= values["learner_birthdate"].year
            except (ValueError, TypeError):
                possible = False
            if not possible or values["learner_birthdate"] > today:
                errors["learner_birthdate"] = self.env._(
                    "Nobody has that birthday. Give it as year-month-day, like 2014-05-31."
                )
        return values

    def _read_wish(self, answers, errors):
        """What somebody wants to learn and where; adds to ``errors`` what is not offered."""
        program_sudo, class_sudo = self._wanted_sudo(answers)
        values = {"program_ids": program_sudo.ids}
        if answers.get("program") and not program_sudo:
            errors["program"] = self.env._("This course is not offered any more. Choose another one.")
        campus_sudo = class_sudo.campus_id
        if not campus_sudo and answers.get("campus"):
            campus_id = as_id(answers["campus"])
            campus_sudo = self._campuses_sudo().filtered(lambda campus: campus.id == campus_id)
            if not campus_sudo:
                errors["campus"] = self.env._("This campus is not ours any more. Choose another one.")
        if campus_sudo:
            values["campus_id"] = campus_sudo.id
        if class_sudo:
            values["class_name"] = self.env._("Wanted class: %s", class_sudo.display_name)
        return values
