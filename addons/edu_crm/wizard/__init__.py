from . import edu_lifecycle_stage_delete
