"""The whole story over the external API, each step by the person whose step it is, on a real server.

A centre is set up, a visitor's enquiry becomes an enrolment, lessons are given and marked, and the family sees
what is theirs: C2, C4, C5, C7-C9, M3, M20, E1-E4, E9, E11, E13, E18, S1, S2, S7, S9, W3-W5.
"""

import re
import xmlrpc.client
from datetime import date, timedelta

import pytest
import requests

from odoo.fields import Command

PASSWORD = "story-password"
STAFF = {
    "manager": "edu_catalog.group_edu_manager",
    "academic": "edu_catalog.group_edu_academic",
    "counsellor": "edu_catalog.group_edu_counsellor",
    "teacher": "edu_catalog.group_edu_teacher",
    "cashier": "edu_enrollment.group_edu_cashier",
}
#: a Monday some weeks away; the class meets on Mondays and Wednesdays, 18:00 to 19:30 in Vietnam (UTC+7)
MONDAY = date.today() - timedelta(days=date.today().weekday()) + timedelta(weeks=4)


class Caller:
    """Somebody at the other end of the external API."""

    def __init__(self, address, database, login):
        self.database = database
        self.uid = xmlrpc.client.ServerProxy(f"{address}/xmlrpc/2/common").login(database, login, PASSWORD)
        assert self.uid, f"{login} cannot log in"
        self.models = xmlrpc.client.ServerProxy(f"{address}/xmlrpc/2/object", allow_none=True)

    def __call__(self, model, method, *args, **options):
        return self.models.execute_kw(self.database, self.uid, PASSWORD, model, method, args, options)

    def create(self, model, **values):
        return self(model, "create", [values])[0]

    def read(self, model, record_id, *fields):
        [row] = self(model, "read", [record_id], [*fields], load=None)
        return row if len(fields) > 1 else row[fields[0]]

    def refused(self, *args, **options):
        """What the server answers to a call that must fail; never an error of the server itself."""
        with pytest.raises(xmlrpc.client.Fault) as answer:
            self(*args, **options)
        assert "Traceback" not in answer.value.faultString, answer.value.faultString
        return answer.value.faultString


@pytest.fixture(scope="module")
def centre(arena, server):
    """The company with its chart of accounts, its staff and their logins: what an administrator prepares."""
    with arena.env() as env:
        env.ref("base.VND").active = True
        company = env["res.company"].create(
            {
                "name": "Sao Mai Story",
                "currency_id": env.ref("base.VND").id,
                "country_id": env.ref("base.vn").id,
            }
        )
        env["account.chart.template"].try_loading("vn", company, install_demo=False)
        company.account_sale_tax_id = False
        env["res.users"].with_context(no_reset_password=True).create(
            [
                {
                    "name": role.title(),
                    "login": f"story_{role}",
                    "email": f"story_{role}@example.com",
                    "password": PASSWORD,
                    "tz": "Asia/Ho_Chi_Minh",
                    "company_id": company.id,
                    "company_ids": [Command.set(company.ids)],
                    "group_ids": [Command.set([env.ref("base.group_user").id, env.ref(group).id])],
                }
                for role, group in {**STAFF, "director": "edu_catalog.group_edu_director"}.items()
            ]
        )
    return {role: Caller(server, arena.name, f"story_{role}") for role in (*STAFF, "director")}


@pytest.fixture(scope="module")
def catalogue(centre):
    """Campus, teacher with working hours, room, published program, package with three instalments, open class."""
    director, manager, academic = centre["director"], centre["manager"], centre["academic"]
    campus = director.create(
        "edu.campus",
        name="Quận 1",
        code="Q1",
        tz="Asia/Ho_Chi_Minh",
        manager_id=manager.uid,
        user_ids=[[6, 0, [academic.uid, centre["counsellor"].uid]]],
    )
    calendar = academic.create("resource.calendar", name="Evenings", tz="Asia/Ho_Chi_Minh")
    subject = academic.create("edu.subject", code="STORY-LIS", name="Listening")
    teacher = academic.create(
        "edu.teacher",
        name="Cô Lan",
        user_id=centre["teacher"].uid,
        resource_calendar_id=calendar,
        campus_ids=[[6, 0, [campus]]],
        subject_ids=[[6, 0, [subject]]],
    )
    room = academic.create("edu.room", name="P.101", campus_id=campus, capacity=12)
    program = academic.create(
        "edu.program",
        code="STORY-IELTS",
        name="IELTS Foundation",
        hours=9,
        session_count=6,
        list_price=6_000_000,
        subject_ids=[[6, 0, [subject]]],
    )
    academic("edu.program", "action_submit", [program])
    assert "Campus Manager" in academic.refused("edu.program", "action_publish", [program])
    manager("edu.program", "action_publish", [program])
    term = director.create(
        "account.payment.term",
        name="Story: 40/30/30",
        line_ids=[[5]]
        + [
            [0, 0, {"value": "percent", "value_amount": rate, "nb_days": days}]
            for rate, days in ((40, 0), (30, 30), (30, 60))
        ],
    )
    package = manager.create(
        "edu.package",
        name="IELTS in three instalments",
        code="STORY-3",
        program_ids=[[6, 0, [program]]],
        price=9_999_999,
        campus_id=campus,
        payment_term_id=term,
    )
    assert manager.read("edu.package", package, "installment_count", "payment_price", "hours") == {
        "id": package,
        "installment_count": 3,
        "payment_price": 4_000_000,
        "hours": 9,
    }
    class_ = academic.create(
        "edu.class",
        code="STORY-1",
        name="Monday and Wednesday",
        program_id=program,
        campus_id=campus,
        teacher_id=teacher,
        room_id=room,
        date_start=str(MONDAY),
        capacity=12,
    )
    academic("edu.class", "action_open", [class_])
    return {
        "campus": campus,
        "teacher": teacher,
        "room": room,
        "program": program,
        "package": package,
        "class": class_,
    }


def enquire(server, **form):
    """What a visitor does on the website; returns the page that answers."""
    visitor = requests.Session()
    address = f"{server}/courses/enquire"
    page = visitor.get(address, timeout=60)
    page.raise_for_status()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)[1]
    return visitor.post(address, data={"csrf_token": token, **form}, timeout=60)


@pytest.fixture(scope="module")
def children(centre, catalogue, server, arena):
    """A mother asks for two children, a stranger for herself; the counsellor enrols all three."""
    counsellor, manager = centre["counsellor"], centre["manager"]
    result = {}
    for name, learner, phone in (
        ("an", "Trần Minh An", "0903 111 222"),
        ("binh", "Trần Thanh Bình", "+84 903 111 222"),
    ):
        lead = counsellor.create(
            "crm.lead",
            name=f"Enquiry for {learner}",
            contact_name="Trần Thị Mai",
            phone=phone,
            email_from="mai@example.com",
            learner_name=learner,
            learner_relation="mother",
            campus_id=catalogue["campus"],
            user_id=counsellor.uid,
            program_ids=[[6, 0, [catalogue["program"]]]],
        )
        result[name] = enroll(counsellor, catalogue, lead)
    lead = counsellor.create(
        "crm.lead",
        name="Enquiry of Chi",
        contact_name="Phạm Chi",
        phone="0904 333 444",
        campus_id=catalogue["campus"],
        user_id=counsellor.uid,
    )
    result["chi"] = enroll(counsellor, catalogue, lead)
    assert manager.read("edu.class", catalogue["class"], "seats_taken") == 3
    return result


def enroll(counsellor, catalogue, lead):
    action = counsellor("crm.lead", "action_enroll", [lead])
    defaults = {
        key.removeprefix("default_"): value
        for key, value in action["context"].items()
        if key.startswith("default_")
    }
    enrollment = counsellor.create(
        "edu.enrollment", **defaults, package_id=catalogue["package"], class_id=catalogue["class"]
    )
    assert counsellor.read("edu.enrollment", enrollment, "type") == "new"
    counsellor("edu.enrollment", "action_confirm", [enrollment])
    assert counsellor.read("crm.lead", lead, "care_status") == "converted"
    return {
        "lead": lead,
        "enrollment": enrollment,
        "student": counsellor.read("edu.enrollment", enrollment, "student_id"),
        "payer": counsellor.read("edu.enrollment", enrollment, "partner_id"),
    }


def test_enquiry_becomes_one_contact(server, arena, centre, catalogue):
    """M20, W1: two enquiries of one person, typed differently, give two leads of one contact."""
    for phone, email in (("0905 666 777", "Hoa@Example.com"), ("+84905666777", "hoa@example.com")):
        answer = enquire(server, name="Lê Thị Hoa 🌸", phone=phone, email=email, message=f"<b>{phone}</b>")
        assert answer.url.startswith(f"{server}/courses/enquire/thanks"), answer.text
    with arena.env() as env:
        leads = env["crm.lead"].search([("contact_name", "=", "Lê Thị Hoa 🌸")])
        assert len(leads) == 2
        assert len(leads.partner_id) == 1
        assert "<b>" not in leads[0].description


def test_money_of_an_enrolment(centre, children):
    """E9, E11, E13: one invoice to the mother, three instalments to the last đồng; the first is paid."""
    counsellor, cashier = centre["counsellor"], centre["cashier"]
    an, binh = children["an"], children["binh"]
    assert an["payer"] == binh["payer"]
    enrollment = an["enrollment"]
    figures = counsellor.read(
        "edu.enrollment", enrollment, "amount_total", "amount_invoiced", "amount_due", "invoice_ids"
    )
    assert (figures["amount_total"], figures["amount_invoiced"], figures["amount_due"]) == (9_999_999,) * 3
    [invoice] = figures["invoice_ids"]
    lines = counsellor(
        "account.move.line",
        "search_read",
        [["move_id", "=", invoice], ["display_type", "=", "payment_term"]],
        ["amount_currency", "instalment_state"],
        order="date_maturity",
    )
    assert [line["amount_currency"] for line in lines] == [4_000_000, 3_000_000, 2_999_999]
    counsellor("edu.enrollment", "action_confirm", [enrollment])
    assert counsellor.read("edu.enrollment", enrollment, "invoice_ids") == [invoice]

    context = cashier("edu.enrollment", "action_register_payment", [enrollment])["context"]
    [wizard] = cashier("account.payment.register", "create", [{}], context=context)
    cashier("account.payment.register", "action_create_payments", [wizard], context=context)
    figures = counsellor.read("edu.enrollment", enrollment, "amount_paid", "amount_due")
    assert (figures["amount_paid"], figures["amount_due"]) == (4_000_000, 5_999_999)
    states = counsellor("account.move.line", "read", [line["id"] for line in lines], ["instalment_state"])
    assert [line["instalment_state"] for line in states] == ["paid", "unpaid", "unpaid"]
    assert "cannot be typed" in counsellor.refused("edu.enrollment", "write", [enrollment], {"amount_due": 0})
    assert "Cancel the enrolment" in counsellor.refused(
        "edu.enrollment", "write", [enrollment], {"discount_rate": 50}
    )


@pytest.fixture(scope="module")
def sessions(centre, catalogue, children):
    """S1: two lessons a week; the holiday on the second Monday is skipped."""
    academic, director = centre["academic"], centre["director"]
    holiday = MONDAY + timedelta(days=7)
    director.create(
        "resource.calendar.leaves",
        name="Holiday",
        date_from=f"{holiday - timedelta(days=1)} 17:00:00",
        date_to=f"{holiday} 16:59:59",
    )
    for weekday in ("0", "2"):
        academic.create(
            "edu.timetable.slot", class_id=catalogue["class"], weekday=weekday, hour_from=18, hour_to=19.5
        )
    for _twice in range(2):
        academic("edu.class", "action_generate_sessions", [catalogue["class"]])
    rows = academic(
        "edu.session",
        "search_read",
        [["class_id", "=", catalogue["class"]]],
        ["start", "stop"],
        order="start",
    )
    days = [0, 2, 9, 14, 16, 21]
    assert [row["start"] for row in rows] == [f"{MONDAY + timedelta(days=day)} 11:00:00" for day in days]
    return [row["id"] for row in rows]


def test_second_class_in_the_room_is_refused(centre, catalogue, sessions):
    """S2: refused, and the sentence says who is where and until when."""
    academic = centre["academic"]
    other = academic.create(
        "edu.class",
        code="STORY-2",
        name="Another class",
        program_id=catalogue["program"],
        campus_id=catalogue["campus"],
        capacity=5,
    )
    sentence = academic.refused(
        "edu.session",
        "create",
        [
            {
                "class_id": other,
                "room_id": catalogue["room"],
                "start": f"{MONDAY} 12:00:00",
                "stop": f"{MONDAY} 13:00:00",
            }
        ],
    )
    assert "P.101" in sentence and "STORY-1" in sentence and "19:30" in sentence, sentence
    # The next lesson begins when this one ends: that is no clash.
    assert academic.create(
        "edu.session",
        class_id=other,
        room_id=catalogue["room"],
        start=f"{MONDAY} 12:30:00",
        stop=f"{MONDAY} 13:30:00",
    )


def test_roll_mark_and_what_the_family_sees(arena, server, centre, catalogue, children, sessions):
    """S7, E18, S9, W3-W5: from the roll to the page of the parents; others see nothing of it."""
    teacher, counsellor = centre["teacher"], centre["counsellor"]
    an, binh, chi = children["an"], children["binh"], children["chi"]
    roll = teacher(
        "edu.attendance", "search_read", [["session_id", "=", sessions[0]]], ["enrollment_id"], load=None
    )
    line = {row["enrollment_id"]: row["id"] for row in roll}
    assert line.keys() == {an["enrollment"], binh["enrollment"], chi["enrollment"]}
    for person, status in ((an, "present"), (binh, "late"), (chi, "excused")):
        teacher("edu.attendance", "write", [line[person["enrollment"]]], {"status": status})
    teacher("edu.attendance", "write", [line[an["enrollment"]]], {"status": "present"})
    for person, hours, amount in ((an, 1.5, 1_666_667), (binh, 1.5, 1_666_667), (chi, 0, 0)):
        figures = counsellor.read(
            "edu.enrollment", person["enrollment"], "hours_delivered", "amount_delivered", "hours_left"
        )
        assert (figures["hours_delivered"], figures["amount_delivered"], figures["hours_left"]) == (
            hours,
            amount,
            9 - hours,
        )

    academic = centre["academic"]
    assessment = academic.create(
        "edu.assessment", class_id=catalogue["class"], name="Mid-term", weight=100, max_score=10
    )
    teacher.create("edu.grade", assessment_id=assessment, enrollment_id=an["enrollment"], score=8.5)
    refused = teacher.refused(
        "edu.grade",
        "create",
        [{"assessment_id": assessment, "enrollment_id": binh["enrollment"], "score": 10.5}],
    )
    assert "highest score" in refused, refused

    with arena.env() as env:
        mother = env["res.partner"].browse(an["payer"])
        company = env["edu.student"].browse(an["student"]).student_company_id
        contacts = {
            "an": env["edu.student"].browse(an["student"]).partner_id,
            "chi": env["edu.student"].browse(chi["student"]).partner_id,
            "mother": mother,
        }
        env["res.users"].with_context(no_reset_password=True).create(
            [
                {
                    "partner_id": partner.id,
                    "login": f"story_{name}",
                    "password": PASSWORD,
                    "company_id": company.id,
                    "company_ids": [Command.set(company.ids)],
                    "group_ids": [Command.set(env.ref("base.group_portal").ids)],
                }
                for name, partner in contacts.items()
            ]
        )
    pages = {name: learning_page(server, f"story_{name}") for name in contacts}
    assert "Trần Minh An" in pages["an"] and "Trần Thanh Bình" not in pages["an"]
    assert "Trần Minh An" in pages["mother"] and "Trần Thanh Bình" in pages["mother"]
    assert "Phạm Chi" in pages["chi"] and "Trần" not in pages["chi"]
    for name in ("an", "mother"):
        for text in ("Cô Lan", "Mid-term", "8.5", "Present", "4,000,000", "Unpaid"):
            assert text in pages[name], f"{text} is missing on the page of {name}"
    assert "Mid-term" not in pages["chi"] and "Excused" in pages["chi"]

    # The same over the API: nobody reads what is not theirs.
    for login, visible in (
        ("story_an", {an["enrollment"]}),
        ("story_mother", {an["enrollment"], binh["enrollment"]}),
        ("story_chi", {chi["enrollment"]}),
    ):
        caller = Caller(server, arena.name, login)
        found = caller("edu.enrollment", "search", [["class_id", "=", catalogue["class"]]])
        assert set(found) == visible, login
        attended = caller(
            "edu.attendance", "search_read", [["session_id", "=", sessions[0]]], ["enrollment_id"], load=None
        )
        assert {row["enrollment_id"] for row in attended} == visible, login


def learning_page(server, login):
    """All pages of /my/learning that this person is led to, as one text."""
    session = requests.Session()
    page = session.get(f"{server}/web/login", timeout=60)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)[1]
    session.post(
        f"{server}/web/login", data={"login": login, "password": PASSWORD, "csrf_token": token}, timeout=60
    ).raise_for_status()
    page = session.get(f"{server}/my/learning", timeout=60)
    page.raise_for_status()
    assert page.url.endswith("/my/learning") or "/my/learning/" in page.url, page.url
    return page.text


def test_money_and_hours_change_hands(centre, catalogue, children, sessions):
    """E12, E15-E18, E20, E25: deposit, transfer, suspension, refund and withdrawal, each by whoever may do it."""
    counsellor, manager, cashier = centre["counsellor"], centre["manager"], centre["cashier"]
    an, binh, chi = children["an"], children["binh"], children["chi"]
    figures = ("state", "sales_stage", "hours_left", "amount_paid", "amount_due", "amount_refundable")

    def transfer(who, enrollment, **values):
        wizard = who.create("edu.enrollment.transfer", enrollment_id=enrollment, **values)
        action = who("edu.enrollment.transfer", "action_apply", [wizard])
        assert who("edu.enrollment.transfer", "action_apply", [wizard]) == action, "twice is once"
        return action["res_id"]

    # Suspended and back again; over the API the dates are strings.
    counsellor("edu.enrollment", "action_suspend", [binh["enrollment"]], date_to=str(MONDAY), reason="Exams")
    assert counsellor.read("edu.enrollment", binh["enrollment"], "state") == "suspended"
    counsellor("edu.enrollment", "action_resume", [binh["enrollment"]])

    # What An does not use pays for his brother: one payer, so whoever sells may do it.
    before = counsellor.read("edu.enrollment", an["enrollment"], *figures)
    assert before["amount_refundable"] > 0
    transfer(
        counsellor,
        an["enrollment"],
        target="enrollment",
        target_enrollment_id=binh["enrollment"],
        amount=before["amount_refundable"],
    )
    after = counsellor.read("edu.enrollment", an["enrollment"], *figures)
    assert (after["state"], after["sales_stage"], after["hours_left"]) == ("cancelled", "failure", 0)
    assert (after["amount_due"], after["amount_refundable"]) == (0, 0)
    moved = counsellor.read("edu.enrollment", binh["enrollment"], *figures)
    assert (moved["sales_stage"], moved["amount_paid"]) == ("moved", before["amount_refundable"])

    # To somebody else's purse only a manager gives it.
    values = {"target": "student", "target_student_id": chi["student"], "target_class_id": False}
    wizard = counsellor.create(
        "edu.enrollment.transfer", enrollment_id=binh["enrollment"], **values, amount=moved["amount_refundable"]
    )
    assert "Only a campus manager" in counsellor.refused("edu.enrollment.transfer", "action_apply", [wizard])
    second = centre["academic"].create(
        "edu.class",
        code="STORY-3",
        name="Sunday",
        program_id=catalogue["program"],
        campus_id=catalogue["campus"],
        capacity=5,
    )
    centre["academic"]("edu.class", "action_open", [second])
    values["target_class_id"] = second
    successor = transfer(
        manager, binh["enrollment"], **values, amount=moved["amount_refundable"], fee=0, reason="A friend"
    )
    taken_over = manager.read("edu.enrollment", successor, *figures, "class_id", "student_id")
    assert (taken_over["student_id"], taken_over["class_id"]) == (chi["student"], second)
    assert taken_over["hours_left"] == moved["hours_left"]
    assert taken_over["amount_paid"] == moved["amount_refundable"]

    # Withdrawn with a refund: asked for by the counsellor, approved by the manager, paid by the cashier.
    wizard = manager.create("edu.enrollment.cancel", enrollment_id=successor, money="refund", reason="Moves away")
    refund = manager("edu.enrollment.cancel", "action_apply", [wizard])["res_id"]
    assert "Campus Manager" in counsellor.refused("edu.refund", "action_approve", [refund])
    manager("edu.refund", "action_approve", [refund])
    cashier("edu.refund", "action_pay", [refund])
    cashier("edu.refund", "action_pay", [refund])
    end = manager.read("edu.enrollment", successor, *figures, "amount_refunded", "amount_credit")
    assert (end["amount_refunded"], end["amount_credit"]) == (moved["amount_refundable"], 0)

    kinds = manager("edu.enrollment.change", "search_read", [["company_id", "!=", False]], ["kind"])
    assert {"suspend", "resume", "enrollment", "student", "withdraw"} <= {row["kind"] for row in kinds}
    ledger = manager("edu.ledger.entry", "search_read", [], ["kind", "hours", "amount"])
    assert {"purchase", "delivery", "move_out", "move_in", "refund"} <= {row["kind"] for row in ledger}
