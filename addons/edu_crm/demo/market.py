"""Where the customers of the demonstration centre come from, and what they ask: tables only."""

# How many leads have which care status; those that are converted stand for enrolments of the last weeks.
STATUSES = {"new": 12, "assigned": 11, "in_process": 16, "converted": 8, "recycled": 6, "dead": 7}

SOURCES = ("Facebook", "Website", "Friends", "Zalo", "TikTok", "School visit", "Walk-in", "Leaflet")
CAMPAIGNS = ("Autumn open day", "Back to school")
CHANNELS = {
    "Trường THPT Cầu Giấy": ("Hà Nội", "024 0000 5678"),
    "Công ty TNHH Minh Long": ("TP. Hồ Chí Minh", "028 0000 5678"),
}
LOST_REASONS = ("Too expensive", "Too far away", "Chose another centre", "No time at these hours")
OCCUPATIONS = ("Pupil", "University student", "Office worker", "Engineer", "Teacher", "Shop owner", "Nurse")
SCHOOLS = {
    "HN": ("Tiểu học Dịch Vọng", "THCS Cầu Giấy", "THPT Chuyên Ngoại ngữ", "Đại học Sư phạm Hà Nội"),
    "DN": ("Tiểu học Phù Đổng", "THCS Trưng Vương", "THPT Phan Châu Trinh", "Đại học Duy Tân"),
    "HCM": ("Tiểu học Kỳ Đồng", "THCS Colette", "THPT Marie Curie", "Đại học Kinh tế TP.HCM"),
}
# Programs that people ask for, and what they write.
WISHES = (
    (("EN-A1",), "Tôi muốn học lại từ đầu, buổi tối sau 18 giờ. Học phí bao nhiêu?"),
    (("EN-A2", "TOEIC"), "Cần chứng chỉ để ra trường vào tháng 6. Trung tâm có kiểm tra đầu vào không?"),
    (("IELTS",), "Mục tiêu 6.5 trong 4 tháng, hiện tại khoảng 5.0."),
    (("EN-KID",), "Con tôi 8 tuổi, chưa học tiếng Anh bao giờ. Có lớp cuối tuần không?"),
    (("CODE",), "Bé thích máy tính, muốn học thử một buổi."),
    (("HSK3",), "Đã có HSK 2, muốn học tiếp ở cơ sở gần nhà."),
    (("JA-N5",), "Chuẩn bị đi Nhật làm việc, cần học nhanh."),
    (("OFFICE",), "Công ty có 6 nhân viên cần học Excel, có giảm giá không?"),
    (("TOEIC",), "Xin lịch khai giảng gần nhất và giá."),
    (("EN-KID", "CODE"), "Hai bé nhà tôi 9 và 12 tuổi, hỏi ưu đãi anh chị em."),
)
CHILD_PROGRAMS = {"EN-KID", "CODE"}
# kind, subject, hours
MEETINGS = (
    ("call", "First call", 0.25),
    ("call", "Call back about fees", 0.25),
    ("consultation", "Consultation at the campus", 0.75),
    ("placement_test", "Placement test", 1.0),
    ("meeting", "Meeting with the parents", 0.5),
)
