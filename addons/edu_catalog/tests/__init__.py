from . import test_class, test_package, test_program, test_resources, test_rights
