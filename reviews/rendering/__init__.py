"""Values in, markup or bytes out: fragments, charts, table rows, Word, spreadsheets. Makes no query, knows no request.

May import: models (for labels), queries (for their dataclasses) and what lies below.
"""
