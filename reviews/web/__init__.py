"""Between server and view: middleware, error pages, context processors, URL converters, messages.

May import: everything below the views, and no view.
"""
