"""Files that people hand in: what is accepted, and how it is stored.

May import: clock, text, request_context.
"""
