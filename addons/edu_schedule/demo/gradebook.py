"""How the demonstration centre marks, and what happens in its lessons: tables only."""

# key: name, [(assessment, weight, highest score, share of the class's lessons after which it is written)]
SCHEMES = {
    "standard": (
        "Standard course",
        (
            ("Quizzes", 20, 10, 0.3),
            ("Mid-term test", 30, 100, 0.5),
            ("Project or presentation", 10, 10, 0.8),
            ("Final test", 40, 100, 1.0),
        ),
    ),
    "exam": (
        "Exam preparation",
        (
            ("Mock test 1", 20, 100, 0.25),
            ("Mock test 2", 30, 100, 0.6),
            ("Final mock test", 50, 100, 1.0),
        ),
    ),
    "kids": (
        "Young learners",
        (
            ("Class work", 40, 10, 0.4),
            ("Show and tell", 20, 10, 0.75),
            ("Final test", 40, 10, 1.0),
        ),
    ),
}
SCHEME_OF = {"IELTS": "exam", "TOEIC": "exam", "HSK3": "exam", "EN-KID": "kids", "CODE": "kids"}
# name, from, passed
BANDS = (
    ("Excellent", 90, True),
    ("Very Good", 80, True),
    ("Good", 65, True),
    ("Fair", 50, True),
    ("Not Passed", 0, False),
)
COMMENTS = (
    "Great progress, keep it up.",
    "Knows more than is said aloud: speak up!",
    "Homework would make the difference.",
    "Careful work.",
    "Please review units 3 and 4.",
)
TOPICS = {
    "EN": (
        "Greetings",
        "Family",
        "Daily life",
        "Food",
        "Around town",
        "Work",
        "Travel",
        "Health",
        "Plans",
        "Review",
    ),
    "EX": (
        "Skimming",
        "Note taking",
        "Task 1",
        "Task 2",
        "Paraphrasing",
        "Timing",
        "Vocabulary",
        "Mock questions",
    ),
    "AS": (
        "New characters",
        "Dialogue",
        "Numbers and time",
        "Shopping",
        "Listening",
        "Reading aloud",
        "Review",
    ),
    "IT": ("First steps", "Loops", "Tables", "Formulas", "Charts", "Our own project", "Show your work"),
}
# Classes of which a lesson was cancelled, and made up for on the Sunday after.
MADE_UP = {"EN-A1-HN02": "The teacher was ill", "EN-B1-HCM01": "Power cut in the building"}
MAKEUP_HOUR = 17.5
