from . import (
    calendar_event,
    crm_lead,
    edu_customer_list_mixin,
    edu_enquiry,
    edu_enrollment,
    edu_lifecycle_stage,
    edu_occupation,
    edu_school,
    edu_student,
    res_partner,
)
