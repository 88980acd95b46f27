from . import (
    test_bad_input,
    test_class,
    test_copy,
    test_import,
    test_lists,
    test_package,
    test_program,
    test_resources,
    test_rights,
)
