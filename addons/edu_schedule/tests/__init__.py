from . import (
    test_changes,
    test_charging,
    test_clash,
    test_clash_values,
    test_generate,
    test_gradebook,
    test_marks,
    test_rights,
    test_roll,
    test_weekly,
)
