import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

// The whole story in the web client, one tour for each person; tests/test_story.py runs them in their order.

const add = (name, steps) => registry.category("web_tour.tours").add(name, { url: "/odoo", steps });

const opened = (title) => ({ content: `${title} are shown`, trigger: `.o_breadcrumb .active:contains("${title}")` });
const menu = (section, item, title) => [
    { content: section, trigger: `.o_menu_sections button[data-menu-xmlid='${section}']`, run: "click" },
    { content: item, trigger: `.o-dropdown--menu a[data-menu-xmlid='${item}']`, run: "click" },
    opened(title),
];
const classes = () => [
    { content: "classes", trigger: ".o_menu_sections a[data-menu-xmlid='edu_catalog.menu_edu_class']", run: "click" },
    opened("Classes"),
];
const newRecord = () => [
    { content: "new", trigger: ".o_control_panel_main_buttons .o_list_button_add, .o_control_panel_main_buttons .o-kanban-button-new", run: "click" },
    { content: "empty form", trigger: ".o_form_view .o_form_editable" },
];
const text = (name, value) => ({
    content: `${name}: ${value}`,
    trigger: `.o_form_view .o_field_widget[name='${name}'] input`,
    run: `edit ${value}`,
});
const pick = (name, value) => [
    text(name, value),
    {
        content: `choose ${value}`,
        trigger: `.o-autocomplete--dropdown-item:not(.o_m2o_dropdown_option) a:contains("${value}")`,
        run: "click",
    },
];
const button = (name) => ({ content: name, trigger: `.o_statusbar_buttons button[name='${name}']:enabled`, run: "click" });
const state = (value) => ({ content: `is ${value}`, trigger: `.o_statusbar_status .o_arrow_button_current[data-value='${value}']` });
const tab = (name) => ({ content: `page ${name}`, trigger: `.o_notebook a.nav-link[name='${name}']`, run: "click" });

// A time on Monday of this week, in hours UTC, as it is typed in this browser.
const monday = (hours) =>
    luxon.DateTime.utc().startOf("week").plus({ hours }).toLocal().toFormat("MM/dd/yyyy HH:mm:ss");

// C2, C4, C5, C7-C9: what the director of a new centre sets up.
add("edu_story_centre", () => [
    ...stepUtils.goToAppSteps("edu_catalog.menu_edu_root"),
    ...menu("edu_catalog.menu_edu_config", "edu_catalog.menu_edu_campus", "Campuses"),
    ...newRecord(),
    text("name", "Tour Campus"),
    text("code", "TOUR"),
    ...stepUtils.saveForm(),
    ...menu("edu_catalog.menu_edu_catalog", "edu_catalog.menu_edu_subject", "Subjects"),
    { content: "new line", trigger: ".o_list_button_add", run: "click" },
    { content: "code", trigger: ".o_selected_row .o_field_widget[name='code'] input", run: "edit TOUR-S" },
    { content: "name", trigger: ".o_selected_row .o_field_widget[name='name'] input", run: "edit Tour Listening" },
    { content: "save", trigger: ".o_list_button_save", run: "click" },
    { content: "saved", trigger: ".o_list_view:not(:has(.o_selected_row)) td:contains('Tour Listening')" },
    ...menu("edu_catalog.menu_edu_catalog", "edu_catalog.menu_edu_teacher", "Teachers"),
    ...newRecord(),
    text("name", "Tour Teacher"),
    ...pick("user_id", "Tour Teacher"),
    ...pick("resource_calendar_id", "Tour Evenings"),
    ...pick("subject_ids", "Tour Listening"),
    ...pick("campus_ids", "Tour Campus"),
    ...stepUtils.saveForm(),
    ...menu("edu_catalog.menu_edu_catalog", "edu_catalog.menu_edu_room", "Rooms"),
    ...newRecord(),
    text("name", "Tour Room"),
    ...pick("campus_id", "Tour Campus"),
    text("capacity", "8"),
    ...stepUtils.saveForm(),
    ...menu("edu_catalog.menu_edu_catalog", "edu_catalog.menu_edu_program", "Programs"),
    ...newRecord(),
    text("name", "Tour Program"),
    text("code", "TOUR-P"),
    text("session_count", "6"),
    text("hours", "9"),
    { content: "subjects", trigger: ".o_field_widget[name='line_ids'] .o_field_x2many_list_row_add a", run: "click" },
    { content: "subject", trigger: ".o_selected_row .o_field_widget[name='subject_id'] input", run: "edit Tour Listening" },
    { content: "choose it", trigger: ".o-autocomplete--dropdown-item a:contains('Tour Listening')", run: "click" },
    button("action_submit"),
    state("review"),
    button("action_publish"),
    state("published"),
    ...menu("edu_catalog.menu_edu_catalog", "edu_catalog.menu_edu_package", "Packages"),
    ...newRecord(),
    text("name", "Tour Package"),
    text("code", "TOUR-PK"),
    ...pick("program_ids", "Tour Program"),
    ...pick("campus_id", "Tour Campus"),
    text("price", "9999999"),
    ...pick("payment_term_id", "3 instalments"),
    { content: "cut to the last đồng", trigger: ".o_field_widget[name='schedule_preview']:contains('2,999,999')" },
    ...stepUtils.saveForm(),
    ...classes(),
    ...newRecord(),
    text("name", "Tour Class"),
    text("code", "TOUR-1"),
    ...pick("program_id", "Tour Program"),
    ...pick("campus_id", "Tour Campus"),
    ...pick("teacher_id", "Tour Teacher"),
    ...pick("room_id", "Tour Room"),
    { content: "seats of the room", trigger: ".o_field_widget[name='capacity'] input:value(8)" },
    button("action_open"),
    state("open"),
]);

// M3, M20, E1-E4, E9: the counsellor enrols whom the visitor asked for.
add("edu_story_enroll", () => [
    ...stepUtils.goToAppSteps("edu_catalog.menu_edu_root"),
    ...menu("edu_crm.menu_edu_customer", "edu_crm.menu_edu_lead", "Leads"),
    { content: "the enquiry", trigger: ".o_data_cell:contains('Vũ Thị Hà'), .o_kanban_record:contains('Vũ Thị Hà')", run: "click" },
    button("action_enroll"),
    { content: "student is filled in", trigger: ".o_field_widget[name='student_id'] input:value('Vũ Gia Huy')" },
    ...pick("package_id", "Tour Package"),
    { content: "price is there at once", trigger: ".o_field_widget[name='amount_total']:contains('9,999,999')" },
    ...pick("class_id", "Tour Class"),
    button("action_confirm"),
    state("confirmed"),
    tab("instalments"),
    { content: "first", trigger: ".o_field_widget[name='instalment_ids'] td:contains('4,000,000')" },
    { content: "second", trigger: ".o_field_widget[name='instalment_ids'] td:contains('3,000,000')" },
    { content: "last", trigger: ".o_field_widget[name='instalment_ids'] td:contains('2,999,999')" },
    { content: "new business", trigger: ".o_field_widget[name='type']:contains('New Business')" },
]);

// E11, E13: the cashier takes the first instalment.
add("edu_story_pay", () => [
    ...stepUtils.goToAppSteps("edu_catalog.menu_edu_root"),
    ...menu("edu_enrollment.menu_edu_student_root", "edu_enrollment.menu_edu_enrollment", "Enrolments"),
    { content: "the enrolment", trigger: ".o_data_cell:contains('Vũ Gia Huy')", run: "click" },
    button("action_register_payment"),
    { content: "the next instalment is proposed", trigger: ".modal .o_field_widget[name='amount'] input:value('4,000,000')" },
    { content: "pay", trigger: ".modal button[name='action_create_payments']", run: "click" },
    { content: "back on the enrolment", trigger: "body:not(:has(.modal)) .o_breadcrumb .active:contains('Vũ Gia Huy')" },
    tab("instalments"),
    { content: "paid", trigger: ".o_field_widget[name='instalment_ids'] tr:contains('4,000,000'):contains('Paid')" },
    { content: "due", trigger: ".o_field_widget[name='amount_due']:contains('5,999,999')" },
]);

// S1, S2: sessions from the weekly pattern; a second class in the room is explained before it is refused.
add("edu_story_timetable", () => [
    ...stepUtils.goToAppSteps("edu_catalog.menu_edu_root"),
    ...classes(),
    { content: "the class", trigger: ".o_kanban_record:contains('TOUR-1')", run: "click" },
    tab("timetable"),
    { content: "add a weekly lesson", trigger: ".o_field_widget[name='slot_ids'] .o_field_x2many_list_row_add a", run: "click" },
    { content: "its end", trigger: ".o_selected_row .o_field_widget[name='hour_to'] input", run: "edit 19:30" },
    ...stepUtils.saveForm(),
    button("action_generate_sessions"),
    { content: "the timetable", trigger: ".o_calendar_view" },
    { content: "as a list", trigger: "button.o_switch_view.o_list", run: "click" },
    { content: "all lessons", trigger: ".o_pager_limit:contains('6')" },
    { content: "another session", trigger: ".o_list_button_add", run: "click" },
    ...pick("class_id", "Tour Second"),
    { content: "begins", trigger: "input[data-field='start']", run: `edit ${monday(11.5)}` },
    ...pick("room_id", "Tour Room"),
    { content: "who, where, until when", trigger: ".o_field_widget[name='conflict_message']:contains('Tour Room'):contains('TOUR-1'):contains('19:30')" },
    { content: "try all the same", trigger: ".o_form_button_save", run: "click" },
    { content: "refused", trigger: ".modal .modal-body:contains('TOUR-1')" },
    { content: "understood", trigger: ".modal footer button", run: "click" },
    ...stepUtils.discardForm(),
]);

// S7, S9, E18: the teacher takes the roll and enters a mark.
add("edu_story_teach", () => [
    ...stepUtils.goToAppSteps("edu_catalog.menu_edu_root"),
    ...menu("edu_schedule.menu_edu_timetable", "edu_schedule.menu_edu_session", "Timetable"),
    { content: "as a list", trigger: "button.o_switch_view.o_list", run: "click" },
    { content: "first lesson", trigger: ".o_data_row:first .o_data_cell[name='class_id']", run: "click" },
    { content: "present", trigger: ".o_field_widget[name='attendance_ids'] tr:contains('Vũ Gia Huy') button[name='action_present']", run: "click" },
    { content: "on the roll", trigger: ".o_field_widget[name='attendance_ids'] tr:contains('Vũ Gia Huy') td[name='status']:contains('Present')" },
    state("held"),
    ...classes(),
    { content: "the class", trigger: ".o_kanban_record:contains('TOUR-1')", run: "click" },
    tab("assessments"),
    { content: "marks", trigger: "button[name='action_enter_marks']", run: "click" },
    { content: "cell", trigger: ".modal .o_field_x2many_2d_matrix td input, .modal .o_form_view td input", run: "edit 8.5" },
    { content: "save", trigger: ".modal button[name='action_apply']", run: "click" },
    { content: "closed", trigger: "body:not(:has(.modal))" },
    tab("students"),
    { content: "final mark", trigger: ".o_field_widget[name='enrollment_ids'] tr:contains('Vũ Gia Huy'):contains('85')" },
]);

// W3-W5: the student's own page, and the mother's.
registry.category("web_tour.tours").add("edu_story_learning", {
    steps: () => [
        { content: "who", trigger: ".o_edu_student:contains('Vũ Gia Huy')" },
        { content: "the lesson was attended", trigger: ".o_edu_student:contains('Present')" },
        { content: "the mark", trigger: ".o_edu_student:contains('8.5')" },
        { content: "paid", trigger: ".o_edu_student .o_edu_instalment:contains('Paid')" },
        { content: "to pay", trigger: ".o_edu_student .o_edu_instalment:contains('Unpaid')" },
    ],
});
