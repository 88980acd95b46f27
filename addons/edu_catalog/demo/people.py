"""Vietnamese names, phone numbers and addresses, drawn from a seed: the same people every time."""

import unicodedata

SURNAMES = (
    "Nguyễn Nguyễn Nguyễn Trần Trần Lê Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh Mai "
    "Trịnh Lâm"
)
MIDDLE = {
    "female": "Thị Thu Ngọc Minh Thanh Phương Bảo Khánh Mỹ Quỳnh Hoài Diệu",
    "male": "Văn Đức Minh Quang Hữu Gia Tuấn Anh Thành Quốc Đình Xuân",
}
GIVEN = {
    "female": (
        "An Anh Châu Chi Dung Giang Hà Hạnh Hiền Hoa Hương Huyền Lan Linh Ly Mai My Nga Ngân Nhi Như Oanh "
        "Phương Quyên Thảo Thủy Trang Trâm Tú Uyên Vân Vy Yến"
    ),
    "male": (
        "An Bảo Bình Cường Dũng Duy Đạt Hải Hiếu Hoàng Huy Hùng Khang Khoa Kiên Lâm Long Nam Nghĩa Nhân "
        "Phong Phúc Quân Sơn Tài Thắng Thịnh Tiến Toàn Trung Tùng Việt Vinh"
    ),
}
STREETS = {
    "HN": (
        "Xuân Thủy", "Cầu Giấy", "Trần Thái Tông", "Nguyễn Phong Sắc", "Hoàng Quốc Việt", "Láng",
        "Nguyễn Khang", "Trung Kính", "Hồ Tùng Mậu", "Tô Hiệu",
    ),
    "DN": (
        "Nguyễn Văn Linh", "Lê Duẩn", "Hùng Vương", "Phan Châu Trinh", "Bạch Đằng", "Trần Phú",
        "Ông Ích Khiêm", "Hải Phòng", "Núi Thành", "Điện Biên Phủ",
    ),
    "HCM": (
        "Võ Văn Tần", "Nguyễn Đình Chiểu", "Cách Mạng Tháng Tám", "Lê Văn Sỹ", "Nam Kỳ Khởi Nghĩa",
        "Pasteur", "Hai Bà Trưng", "Điện Biên Phủ", "Trương Định", "Kỳ Đồng",
    ),
}  # fmt: skip
CITIES = {"HN": "Hà Nội", "DN": "Đà Nẵng", "HCM": "TP. Hồ Chí Minh"}


def plain(text):
    """The text in ASCII, as in e-mail addresses: ``Đỗ Thị Yến`` → ``do.thi.yen``."""
    letters = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    words = "".join(letter for letter in letters if letter.isascii()).lower().split()
    return ".".join(words)


class People:
    """An endless crowd.

    :param random.Random random: the source of chance
    :param int first_phone: phone numbers count from here, so that no two crowds share one
    """

    def __init__(self, random, first_phone):
        self.random = random
        self.serial = first_phone

    def name(self, gender, surname=None):
        def draw(words):
            return self.random.choice(words.split())

        return f"{surname or draw(SURNAMES)} {draw(MIDDLE[gender])} {draw(GIVEN[gender])}"

    def contact(self, name, campus, with_email=True):
        """Values of a contact who lives near a campus.

        :param str name: full name, surname first
        :param str campus: code of the campus
        """
        self.serial += 1
        number = f"{self.serial:07d}"
        return {
            "name": name,
            "phone": f"090{number[0]} {number[1:4]} {number[4:]}",
            "email": f"{plain(name)}.{self.serial % 10000}@example.com" if with_email else False,
            "street": f"{self.random.randint(2, 320)} {self.random.choice(STREETS[campus])}",
            "city": CITIES[campus],
        }
