from lxml import etree


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

    def _count(self, records, specification, user):
        self.env.flush_all()
        self.env.invalidate_all()
        model = records.with_user(user).browse()
        start = self.cr.sql_log_count
        # Below the limit the client needs no count, whatever the rows.
        result = model.web_search_read(
            [("id", "in", records.ids)], specification, limit=1000, count_limit=10001
        )
        self.assertEqual(len(result["records"]), len(records))
        return self.cr.sql_log_count - start

    def _assert_constant_queries(self, records, view_type="list", user=None, few=8):
        """80 rows cost as many queries as 8."""
        user = user or self.users["director"]
        if not self.env["ir.ui.view"].search_count([("model", "=", records._name), ("type", "=", view_type)]):
            return
        specification = self._specification(records.with_user(user), view_type)
        self.assertGreater(len(specification), 2)
        self._count(records, specification, user)
        of_few, of_all = (self._count(rows, specification, user) for rows in (records[:few], records))
        self.assertEqual(
            of_few, of_all, f"{records._name}: {of_few} queries for {few} rows, {of_all} for {len(records)}"
        )
