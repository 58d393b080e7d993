"""Files that people hand in: what is accepted, how it is stored, and what is kept of a form that has an error.

May import: clock, text, request_context.
"""
