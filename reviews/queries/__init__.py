"""Reads that need several models: functions that return dataclasses. Writes nothing, knows no request.

May import: models and what lies below.
"""
