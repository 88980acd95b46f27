"""Translation templates are fresh, and every language is complete (X2)."""

import io

import polib

from odoo.tests import TransactionCase, tagged
from odoo.tools.translate import trans_export

from databases import ADDONS, manifests


@tagged("post_install", "-at_install")
class TestTranslations(TransactionCase):
    def exported(self, addon):
        buffer = io.BytesIO()
        trans_export(None, [addon], buffer, "po", self.env)
        return {entry.msgid for entry in polib.pofile(buffer.getvalue().decode())}

    def templates(self):
        found = {addon: path for addon in manifests() for path in (ADDONS / addon / "i18n").glob("*.pot")}
        self.assertEqual(set(found), set(manifests()), "addons without a translation template")
        return found

    def test_templates_are_fresh(self):
        for addon, path in self.templates().items():
            with self.subTest(addon=addon):
                stored = {entry.msgid for entry in polib.pofile(str(path))}
                exported = self.exported(addon)
                hint = f"renew it:  ./scripts/odoo i18n export -d DATABASE {addon}"
                self.assertFalse(exported - stored, f"terms that {path.name} lacks; {hint}")
                self.assertFalse(stored - exported, f"terms of {path.name} that no longer exist; {hint}")

    def test_languages_are_complete(self):
        for addon, template in self.templates().items():
            wanted = {entry.msgid for entry in polib.pofile(str(template))}
            languages = sorted(template.parent.glob("*.po"))
            self.assertTrue(languages, f"{addon} is translated into no language")
            for path in languages:
                with self.subTest(addon=addon, language=path.stem):
                    done = {entry.msgid for entry in polib.pofile(str(path)).translated_entries()}
                    self.assertFalse(wanted - done, f"terms without a translation in {path.name}")
