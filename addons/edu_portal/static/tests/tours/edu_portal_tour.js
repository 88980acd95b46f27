import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("edu_portal_enquiry", {
    steps: () => [
        { content: "look for a course", trigger: "input[name='search']", run: "edit ielts" },
        { content: "search", trigger: "form[role='search'] button[type='submit']", run: "click", expectUnloadPage: true },
        { content: "open it", trigger: ".o_edu_courses article a:contains('IELTS Foundation')", run: "click", expectUnloadPage: true },
        { content: "ask for a seat", trigger: ".o_edu_class:contains('Evenings North') a", run: "click", expectUnloadPage: true },
        { content: "name", trigger: "input[name='name']", run: "edit Vũ Thị Hà" },
        { content: "phone", trigger: "input[name='phone']", run: "edit 0987 654 321" },
        { content: "for the child", trigger: "#edu_who_child", run: "click" },
        { content: "the child's name", trigger: ".o_edu_learner.show input[name='learner_name']", run: "edit Vũ Gia Huy" },
        { content: "send", trigger: ".o_edu_enquiry_form button[type='submit']", run: "click", expectUnloadPage: true },
        { content: "thanked", trigger: ".o_edu_enquire_thanks h1:contains('Thank you')" },
    ],
});

registry.category("web_tour.tours").add("edu_portal_learning", {
    steps: () => [
        { content: "open my learning", trigger: ".o_portal_docs a[href='/my/learning']", run: "click", expectUnloadPage: true },
        { content: "first child", trigger: ".o_edu_student.active:contains('Bài 2'):contains('Present')" },
        { content: "second child", trigger: ".nav-pills button:contains('Trần Minh Em')", run: "click" },
        { content: "the absence", trigger: ".o_edu_student.active:contains('Trần Minh Em'):contains('Absent')" },
        { content: "instalments", trigger: ".o_edu_student.active .o_edu_instalment:contains('Unpaid')" },
        { content: "all lessons", trigger: ".o_edu_student.active a[href$='/timetable']", run: "click", expectUnloadPage: true },
        { content: "the lesson", trigger: ".o_edu_lesson:contains('Bài 2')" },
        { content: "payments", trigger: ".nav-tabs a[href$='/payments']", run: "click", expectUnloadPage: true },
        { content: "the invoice", trigger: ".o_edu_enrollment a[href*='/my/learning/invoice/']", run: "click", expectUnloadPage: true },
        { content: "Odoo's page of it", trigger: "#portal_pay, .o_portal_sidebar_content, .o_portal_invoice_sidebar" },
    ],
});

registry.category("web_tour.tours").add("edu_portal_sign", {
    steps: () => [
        { content: "the name is there already", trigger: ".o_edu_contract .o_web_sign_name_and_signature input:value(Trần Thị Mẹ)" },
        { content: "nothing is signed without a name", trigger: ".o_edu_contract .o_web_sign_name_and_signature input", run: "clear" },
        { content: "no button yet", trigger: ".o_portal_sign_submit:disabled" },
        { content: "the name", trigger: ".o_edu_contract .o_web_sign_name_and_signature input", run: "fill Trần Thị Mẹ" },
        { content: "drawn from the name", trigger: ".o_edu_contract canvas.o_web_sign_signature", run: "canvasNotEmpty" },
        { content: "sign", trigger: ".o_portal_sign_submit:enabled", run: "click", expectUnloadPage: true },
        { content: "signed", trigger: ".o_edu_contract_signed img" },
    ],
});
