from datetime import datetime

from odoo.tests import BaseCase, tagged

from ..tools import as_id, mask_name, moment


@tagged("post_install", "-at_install")
class TestTools(BaseCase):
    def test_mask_name(self):
        for name, masked in (
            ("Trần Minh An", "T*** M*** A***"),
            ("Đỗ  Ấn ", "Đ*** Ấ***"),
            ("王小明", "王***"),
            ("", ""),
            (False, ""),
        ):
            self.assertEqual(mask_name(name), masked)

    def test_as_id(self):
        """Whatever comes with a request is an id that a search can take."""
        largest = 2**31 - 1
        for value, id_ in (
            (42, 42),
            ("42", 42),
            (str(largest), largest),
            (largest + 1, 0),
            ("9" * 5000, 0),
            ("-1", 0),
            ("²", 0),
            ("4 2", 0),
            ("", 0),
            (None, 0),
        ):
            self.assertEqual(as_id(value), id_)

    def test_moment(self):
        """In the time of the place and the order of the language."""
        new_year = datetime(2026, 12, 31, 18, 5)
        for locale, text in (
            ("en_US", "Fri, Jan 1, 2027, 01:05"),
            ("vi_VN", "Th 6, 1 thg 1, 2027, 01:05"),
            ("zh_CN", "2027年1月1日周五 01:05"),
        ):
            self.assertEqual(moment(new_year, "Asia/Ho_Chi_Minh", locale), text)
        self.assertEqual(moment(new_year, "UTC", "en_US", year=False), "Thu, Dec 31, 18:05")
