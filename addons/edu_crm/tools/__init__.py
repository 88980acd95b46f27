from .text import clean_line, clean_text, name_key
