"""Writes that touch several models: one transaction each, keyword-only, `by` first. One file per noun.

May import: queries, models and what lies below.
"""
