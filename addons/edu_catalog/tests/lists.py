from lxml import etree

from odoo.tools.safe_eval import safe_eval


class ListCase:
    """Reads a list as the web client does: with the fields of the view, and its optional columns too."""

    def _arch(self, model, view_type, view_id=None):
        return etree.fromstring(model.get_view(view_id, view_type)["arch"])

    def _specification(self, model, view_type, view_id=None):
        """What the web client asks for, from the view's own architecture."""
        return self._of_node(model, self._arch(model, view_type, view_id))

    def _of_node(self, model, node):
        result = {}
        depth = sum(parent.tag == "field" for parent in node.iterancestors())
        for field in node.iter("field"):
            if sum(parent.tag == "field" for parent in field.iterancestors()) > depth:
                continue
            name = field.get("name")
            relation = model._fields[name].comodel_name
            result[name] = {}
            if relation:
                shown = {"display_name": {}}
                color = (
                    "color_field" in (field.get("options") or "") and "color" in model.env[relation]._fields
                )
                result[name] = {"fields": shown | ({"color": {}} if color else {})}
        return result

    def _assert_search_view_works(self, model):
        """Every filter of the search view can be clicked, every group opened, every field searched (C1, C6, C7).

        :param model: empty recordset in the environment of a user who sees everything
        """
        context = {"uid": model.env.uid, "context": {}}
        arch = self._arch(model, "search")
        clicked = 0
        for node in arch.iter("filter"):
            options = safe_eval(node.get("context") or "{}", context)
            with self.subTest(model=model._name, filter=node.get("name")):
                if node.get("domain"):
                    model.search(safe_eval(node.get("domain"), context), limit=1)
                if group_by := options.get("group_by"):
                    model.web_read_group([], [group_by], ["__count"], limit=80)
                if node.get("date"):
                    model.web_read_group([], [f"{node.get('date')}:month"], ["__count"], limit=80)
                clicked += 1
        self.assertTrue(clicked, f"{model._name} has no filter")
        self.assertTrue(arch.findall(".//field"), f"{model._name} has no field to search in")
        for node in arch.iter("field"):
            with self.subTest(model=model._name, field=node.get("name")):
                field = model._fields[node.get("name")]
                typed = {"date": "2026-03-02", "datetime": "2026-03-02", "selection": "x"}.get(
                    field.type,
                    "1" if field.type in ("char", "text", "html", "properties") or field.relational else 1,
                )
                domain = [(field.name, node.get("operator") or "=", typed)]
                if node.get("filter_domain"):
                    domain = safe_eval(node.get("filter_domain"), {**context, "self": "1"})
                elif field.relational:
                    # What is typed becomes a choice of the list; its children with it where the view says so.
                    domain = [(field.name, node.get("operator") or "in", [1])]
                model.search(domain, limit=1)

    def _count(self, records, specification, user):
        model = records.with_user(user).browse()

        def read():
            # Below the limit the client needs no count, whatever the rows.
            result = model.web_search_read(
                [("id", "in", records.ids)], specification, limit=1000, count_limit=10001
            )
            self.assertEqual(len(result["records"]), len(records))

        return self._count_queries(read)

    def _assert_constant_queries(self, records, view_type="list", user=None, few=8):
        """80 rows cost as many queries as 8."""
        user = user or self.users["director"]
        views = self.env["ir.ui.view"].search_count([("model", "=", records._name), ("type", "=", view_type)])
        self.assertTrue(views, f"{records._name} has no view of type {view_type}")
        self.assertGreater(len(records), few)
        specification = self._specification(records.with_user(user), view_type)
        self.assertGreater(len(specification), 2)
        self._count(records, specification, user)
        of_few, of_all = (self._count(rows, specification, user) for rows in (records[:few], records))
        self.assertEqual(
            of_few, of_all, f"{records._name}: {of_few} queries for {few} rows, {of_all} for {len(records)}"
        )
