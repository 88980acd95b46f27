"""What the demonstration centre teaches, where and by whom: tables only."""

COMPANY = {
    "name": "Trung tâm Ngoại ngữ & Tin học Sao Mai",
    "street": "165 Xuân Thủy",
    "city": "Hà Nội",
    "phone": "024 0000 1234",
    "email": "lienhe@saomai.example.com",
    "website": "https://saomai.example.com",
    "vat": "0100000008",
}

# code: name, street, city, phone, colour
CAMPUSES = {
    "HN": ("Sao Mai Cầu Giấy", "165 Xuân Thủy, Cầu Giấy", "Hà Nội", "024 0000 1234", 4),
    "DN": ("Sao Mai Hải Châu", "48 Nguyễn Văn Linh, Hải Châu", "Đà Nẵng", "0236 000 1234", 10),
    "HCM": ("Sao Mai Quận 3", "212 Võ Văn Tần, Quận 3", "TP. Hồ Chí Minh", "028 0000 1234", 3),
}

# login: name, campuses, group
STAFF = {
    "manager": ("Trần Thị Thu Hà", ("HN", "DN"), "edu_catalog.group_edu_manager"),
    "manager.hcm": ("Phạm Quốc Bảo", ("HCM",), "edu_catalog.group_edu_manager"),
    "counsellor": ("Nguyễn Ngọc Linh", ("HN",), "edu_catalog.group_edu_counsellor"),
    "counsellor.dn": ("Lê Hoài My", ("DN",), "edu_catalog.group_edu_counsellor_all"),
    "counsellor.hcm": ("Võ Thanh Trâm", ("HCM",), "edu_catalog.group_edu_counsellor_all"),
    "academic": ("Đỗ Minh Phương", ("HN", "DN", "HCM"), "edu_catalog.group_edu_academic"),
}
MANAGERS = {"HN": "manager", "DN": "manager", "HCM": "manager.hcm"}
COUNSELLORS = {"HN": "counsellor", "DN": "counsellor.dn", "HCM": "counsellor.hcm"}

FEATURES = (
    "Projector",
    "Air conditioning",
    "Computers",
    "Interactive board",
    "Audio lab",
    "Online teaching kit",
)

# campus, code, name, capacity, features (positions in FEATURES)
ROOMS = (
    ("HN", "201", "Phòng 201 Hoa Sen", 20, (0, 1)),
    ("HN", "202", "Phòng 202 Hoa Mai", 16, (0, 1, 4)),
    ("HN", "203", "Phòng 203 Hoa Đào", 16, (1, 3)),
    ("HN", "301", "Phòng máy 301", 18, (0, 1, 2)),
    ("HN", "302", "Phòng 302 Hoa Lan", 14, (1, 5)),
    ("DN", "101", "Phòng 101 Sông Hàn", 18, (0, 1)),
    ("DN", "102", "Phòng 102 Mỹ Khê", 16, (1, 3, 4)),
    ("DN", "103", "Phòng máy 103", 16, (0, 1, 2)),
    ("HCM", "A1", "Phòng A1 Bến Thành", 20, (0, 1)),
    ("HCM", "A2", "Phòng A2 Thủ Thiêm", 16, (0, 1, 4)),
    ("HCM", "B1", "Phòng máy B1", 18, (0, 1, 2)),
    ("HCM", "B2", "Phòng B2 Nhà Rồng", 14, (1, 3, 5)),
)

# code: name, credits
SUBJECTS = {
    "ENG-LS": ("Listening & Speaking", 3),
    "ENG-RW": ("Reading & Writing", 3),
    "ENG-GR": ("Grammar & Vocabulary", 2),
    "ENG-KID": ("English through Play", 2),
    "ENG-TEST": ("Test Strategies", 2),
    "ZH-HAN": ("Chinese Characters", 3),
    "ZH-ORAL": ("Spoken Chinese", 3),
    "JA-KANA": ("Kana & Kanji", 3),
    "JA-ORAL": ("Spoken Japanese", 3),
    "IT-SCR": ("Block Programming (Scratch)", 2),
    "IT-PY": ("First Steps in Python", 3),
    "IT-OFF": ("Documents & Spreadsheets", 3),
    "IT-PPT": ("Presentations", 1),
    "IT-AI": ("Working with AI Assistants", 2),
}

CATEGORIES = {"EN": "English", "EX": "Exam Preparation", "AS": "Asian Languages", "IT": "Computing"}

# code: name, category, subjects, months, sessions, hours of one session, price, next, audience, state, text
PROGRAMS = {
    "EN-A1": (
        "English A1 · Starter", "EN", ("ENG-LS", "ENG-GR"), 3, 36, 1.5, 4_800_000, "EN-A2",
        "adult", "published",
        "First words, first conversations: greet, ask the way, order, introduce yourself.",
    ),
    "EN-A2": (
        "English A2 · Elementary", "EN", ("ENG-LS", "ENG-GR", "ENG-RW"), 3, 36, 1.5, 5_200_000, "EN-B1",
        "adult",
        "published", "Talk about work, family and plans; write short messages without a dictionary.",
    ),
    "EN-B1": (
        "English B1 · Intermediate", "EN", ("ENG-LS", "ENG-RW"), 3, 36, 1.5, 5_900_000, "IELTS", "adult",
        "published", "Meetings, travel, films: hold your own in everyday English.",
    ),
    "EN-KID": (
        "English for Kids", "EN", ("ENG-KID", "ENG-LS"), 3, 24, 2.0, 4_500_000, "EN-A1", "child", "published",
        "Songs, games and stories for children from seven to twelve; small groups at the weekend.",
    ),
    "IELTS": (
        "IELTS 6.5 Intensive", "EX", ("ENG-LS", "ENG-RW", "ENG-TEST"), 3, 40, 1.5, 12_900_000, False, "teen",
        "published", "All four skills, a mock test every month, marked writing every week.",
    ),
    "TOEIC": (
        "TOEIC 650+", "EX", ("ENG-LS", "ENG-TEST"), 2.5, 30, 1.5, 6_600_000, "IELTS", "adult", "published",
        "Listening and reading for the score that companies and universities ask for.",
    ),
    "HSK3": (
        "Chinese HSK 3", "AS", ("ZH-HAN", "ZH-ORAL"), 3, 36, 1.5, 5_400_000, False, "adult", "published",
        "Six hundred characters and the confidence to use them.",
    ),
    "JA-N5": (
        "Japanese JLPT N5", "AS", ("JA-KANA", "JA-ORAL"), 3, 36, 1.5, 5_600_000, "JA-N4",
        "adult", "published",
        "Hiragana, katakana, a hundred kanji and the first hundred sentences.",
    ),
    "JA-N4": (
        "Japanese JLPT N4", "AS", ("JA-KANA", "JA-ORAL"), 3, 36, 1.5, 6_200_000, False, "adult", "review",
        "The step from phrases to conversations.",
    ),
    "CODE": (
        "Coding for Kids", "IT", ("IT-SCR", "IT-PY"), 2.5, 20, 2.0, 4_900_000, False, "child", "published",
        "Games with Scratch first, then Python: children build something in every lesson.",
    ),
    "OFFICE": (
        "Office Skills", "IT", ("IT-OFF", "IT-PPT"), 2.5, 20, 2.0, 3_200_000, False, "adult", "published",
        "Word, Excel and PowerPoint as offices really use them.",
    ),
    "AI": (
        "AI at Work", "IT", ("IT-AI",), 1, 8, 2.0, 2_900_000, False, "adult", "discussion",
        "Let an assistant write, summarise and calculate, and know when not to believe it.",
    ),
}  # fmt: skip
RELATED = {"EN-A1": ("TOEIC",), "EN-B1": ("TOEIC", "OFFICE"), "EN-KID": ("CODE",), "HSK3": ("JA-N5",)}

# Small groups cost this much more, private hours this much per hour; combos are this much cheaper.
SMALL_GROUP = {
    "EN-A1": 1.4,
    "EN-A2": 1.4,
    "EN-B1": 1.4,
    "EN-KID": 1.3,
    "IELTS": 1.3,
    "TOEIC": 1.3,
    "HSK3": 1.4,
    "CODE": 1.3,
}
PRIVATE_HOURS = {
    "EN-A1": 350_000,
    "EN-B1": 380_000,
    "IELTS": 520_000,
    "TOEIC": 400_000,
    "HSK3": 360_000,
    "JA-N5": 360_000,
}
PRIVATE_PACK = 20
COMBO_RATE = 0.88
COMBOS = {
    "C-A1A2": ("English A1 + A2", ("EN-A1", "EN-A2")),
    "C-A2B1": ("English A2 + B1", ("EN-A2", "EN-B1")),
    "C-B1IELTS": ("English B1 + IELTS", ("EN-B1", "IELTS")),
    "C-TOEICOFF": ("Ready for the Job: TOEIC + Office", ("TOEIC", "OFFICE")),
    "C-KIDCODE": ("Bright Kids: English + Coding", ("EN-KID", "CODE")),
    "C-A1B1": ("English A1 to B1", ("EN-A1", "EN-A2", "EN-B1")),
}

# name, subjects, campuses, employment, pay per hour,
# hours ("full": all day, "part": evenings and weekends), login
TEACHERS = (
    (
        "Nguyễn Thanh Tùng",
        ("ENG-LS", "ENG-GR", "ENG-RW", "ENG-KID"),
        ("HN",),
        "employee",
        220_000,
        "full",
        "teacher",
    ),
    ("Vũ Thị Hương", ("ENG-LS", "ENG-GR", "ENG-RW"), ("HN",), "employee", 210_000, "full", False),
    ("Emily Carter", ("ENG-LS", "ENG-RW", "ENG-TEST"), ("HN",), "freelance", 480_000, "part", False),
    ("Phạm Diệu Ngân", ("ENG-KID", "ENG-LS", "ENG-GR"), ("HN",), "freelance", 200_000, "part", False),
    ("Wang Li", ("ZH-HAN", "ZH-ORAL"), ("HN",), "freelance", 320_000, "part", False),
    (
        "Đặng Quang Huy",
        ("IT-SCR", "IT-PY", "IT-OFF", "IT-PPT", "IT-AI"),
        ("HN",),
        "employee",
        230_000,
        "full",
        False,
    ),
    (
        "Lê Phương Thảo",
        ("ENG-LS", "ENG-GR", "ENG-RW", "ENG-KID"),
        ("DN",),
        "employee",
        190_000,
        "full",
        "teacher.dn",
    ),
    ("Trần Đình Khoa", ("ENG-LS", "ENG-TEST", "ENG-RW"), ("DN",), "freelance", 240_000, "part", False),
    ("Satō Yuki", ("JA-KANA", "JA-ORAL"), ("DN", "HCM"), "freelance", 330_000, "part", False),
    ("Hồ Anh Tuấn", ("IT-SCR", "IT-PY", "IT-OFF", "IT-PPT"), ("DN",), "freelance", 220_000, "part", False),
    ("James Miller", ("ENG-LS", "ENG-RW", "ENG-TEST"), ("HCM",), "freelance", 500_000, "part", False),
    (
        "Huỳnh Mỹ Duyên",
        ("ENG-LS", "ENG-GR", "ENG-RW", "ENG-KID"),
        ("HCM",),
        "employee",
        220_000,
        "full",
        False,
    ),
    ("Bùi Hữu Nghĩa", ("ENG-LS", "ENG-GR", "ENG-TEST"), ("HCM",), "employee", 230_000, "full", False),
    ("Lâm Bảo Châu", ("ZH-HAN", "ZH-ORAL"), ("HCM",), "freelance", 300_000, "part", False),
    (
        "Ngô Gia Khang",
        ("IT-SCR", "IT-PY", "IT-OFF", "IT-PPT", "IT-AI"),
        ("HCM",),
        "employee",
        240_000,
        "full",
        False,
    ),
)
