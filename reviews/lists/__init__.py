"""Every list, one file per noun: its columns and its filters, and what lists share (columns, base, pagination).

May import: forms, rendering, queries, models and what lies below.
"""
