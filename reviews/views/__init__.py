"""A request in, a response out: one file per noun. Who may and what may change is decided in policy and models.

May import: web, lists, forms, rendering, actions, queries, models and what lies below.
"""
