"""Input: fields, cleaning, errors beside the field. Writes nothing.

May import: rendering, models and what lies below.
"""
