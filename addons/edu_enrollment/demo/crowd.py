"""Who studies at the demonstration centre, in which class, with which package: plain Python."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from odoo.addons.edu_catalog.demo import plan
from odoo.addons.edu_catalog.demo.catalogue import COMBOS, PRIVATE_HOURS, PROGRAMS
from odoo.addons.edu_catalog.demo.people import SURNAMES, People

# class: (class whose students go on there, how many of them)
FOLLOW_UPS = {
    "EN-A2-HN02": (("EN-A1-HN01", 8),),
    "EN-A2-HCM01": (("EN-A1-HCM01", 7),),
    "EN-B1-HN01": (("EN-A2-HN01", 6),),
    "CODE-HN01": (("EN-KID-HN01", 6),),
    "CODE-DN01": (("EN-KID-DN01", 4),),
    "EN-KID-HCM01": (("CODE-HCM01", 6),),
    "JA-N5-DN01": (("TOEIC-DN01", 3),),
    "HSK3-HN01": (("EN-A1-HN01", 3),),
    "EN-A1-HCM02": (("OFFICE-HCM01", 4),),
    "EN-B1-HCM01": (("OFFICE-HCM01", 2),),
    "OFFICE-DN01": (("TOEIC-DN01", 2),),
    "IELTS-HN03": (("EN-B1-HN01", 2),),
    "TOEIC-HN01": (("EN-A2-HN01", 2),),
}
# Private hours: so many for somebody new, so many for somebody who is in a class.
PRIVATE_NEW, PRIVATE_OLD = 10, 5
AGES = {"child": (7, 12), "teen": (15, 22), "adult": (18, 45)}
SIBLING_CHANCE = 0.3
# Those who log in on the portal: class → key, name, gender, age.
NAMED = {
    "EN-A1-HN02": (("student", "Trần Quang Minh", "male", 21),),
    "EN-KID-HN02": (("child_1", "Nguyễn Minh Anh", "female", 9),),
    "CODE-HN01": (("child_2", "Nguyễn Gia Bảo", "male", 11),),
}
NAMED_PARENT = "Lê Thu Hương"


@dataclass(eq=False)
class Guardian:
    contact: dict
    relation: str
    is_payer: bool
    key: str | None = None


@dataclass(eq=False)
class Person:
    """A student. ``guardians`` is one list shared by the children of a family."""

    contact: dict
    gender: str
    birthdate: date
    campus: str
    guardians: list = field(default_factory=list)
    key: str | None = None


@dataclass(eq=False)
class Place:
    """An enrolment: somebody, a package and, but for private hours, a class."""

    person: Person
    package: str
    class_: plan.PlannedClass | None
    discount: float = 0.0


class Crowd:
    """The students, placed in the classes.

    :param random.Random random: the source of chance
    :param date today: ages count from here
    """

    def __init__(self, random, today):
        self.random = random
        self.today = today
        self.people = People(random, 100_000)
        self.persons = []
        self.families = {}
        self.places = []
        self._fill_classes()
        self._sell_private_hours()

    def _fill_classes(self):
        in_class = {}
        for class_ in sorted(plan.planned_classes(), key=lambda class_: class_.week):
            members = [
                person
                for source, count in FOLLOW_UPS.get(class_.code, ())
                for person in in_class[source][:count]
            ]
            for source, count in FOLLOW_UPS.get(class_.code, ()):
                in_class[source] = in_class[source][count:]
            members += [
                self._new_named(class_.campus, *row) for row in NAMED.get(class_.code, ()) if class_.students
            ]
            audience = PROGRAMS[class_.program][8]
            members += [
                self._new_person(class_.campus, audience) for _seat in range(class_.students - len(members))
            ]
            in_class[class_.code] = list(members)
            self.places += [
                Place(person, self._package(class_), class_, self._discount(person)) for person in members
            ]

    def _sell_private_hours(self):
        packages = sorted(PRIVATE_HOURS)
        learning = [place.person for place in self.places if place.class_.state == "running"]
        persons = [self._new_person(self._campus(), "adult") for _number in range(PRIVATE_NEW)]
        for person in persons + self.random.sample(learning, PRIVATE_OLD):
            self.places.append(Place(person, f"{self.random.choice(packages)}-P", None))

    def _campus(self):
        return self.random.choice(("HN", "HN", "HCM", "HCM", "DN"))

    def _package(self, class_):
        """Rooms with few seats are for small groups; now and then somebody takes a combo."""
        if class_.capacity <= 14:
            return f"{class_.program}-S"
        combos = [code for code, (_name, programs) in COMBOS.items() if programs[0] == class_.program]
        return self.random.choice(combos) if combos and self.random.random() < 0.06 else class_.program

    def _discount(self, person):
        """Brothers and sisters, students who come back, and a few more: per cent."""
        if person.guardians and any(
            other.guardians is person.guardians for other in self.persons if other != person
        ):
            return 5.0
        if any(place.person is person for place in self.places):
            return 10.0
        return self.random.choice((5.0, 7.5, 10.0)) if self.random.random() < 0.08 else 0.0

    def _birthdate(self, age):
        return self.today - timedelta(days=round(age * 365.25) + self.random.randint(1, 360))

    def _new_named(self, campus, key, name, gender, age):
        contact = self.people.contact(name, campus)
        guardians = []
        if key.startswith("child"):
            siblings = [person for person in self.persons if person.key and person.guardians]
            guardians = siblings[0].guardians if siblings else [self._named_parent(campus)]
            contact |= {"street": guardians[0].contact["street"], "phone": False}
        return self._add(Person(contact, gender, self._birthdate(age), campus, guardians, key))

    def _named_parent(self, campus):
        return Guardian(self.people.contact(NAMED_PARENT, campus), "mother", True, key="parent")

    def _new_person(self, campus, audience):
        gender = self.random.choice(("female", "male"))
        age = self.random.randint(*AGES[audience])
        contact = self.people.contact(self.people.name(gender), campus)
        if age >= 18:
            return self._add(Person(contact, gender, self._birthdate(age), campus))
        families = self.families.setdefault(campus, [])
        if families and self.random.random() < SIBLING_CHANCE:
            surname, guardians = families.pop()
        else:
            surname, guardians = self._new_family(campus)
            families.append((surname, guardians))
        name = self.people.name(gender, surname)
        contact = self.people.contact(name, campus, with_email=age >= 14)
        contact |= {"street": guardians[0].contact["street"]}
        if age < 14:
            contact["phone"] = False
        return self._add(Person(contact, gender, self._birthdate(age), campus, guardians))

    def _new_family(self, campus):
        surname = self.random.choice(SURNAMES.split())
        mother = Guardian(self.people.contact(self.people.name("female"), campus), "mother", True)
        guardians = [mother]
        if self.random.random() < 0.5:
            father = Guardian(self.people.contact(self.people.name("male", surname), campus), "father", False)
            father.contact["street"] = mother.contact["street"]
            guardians.append(father)
            if self.random.random() < 0.4:
                mother.is_payer, father.is_payer = False, True
        return surname, guardians

    def _add(self, person):
        self.persons.append(person)
        return person
