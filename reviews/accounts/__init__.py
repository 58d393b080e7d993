"""Who signs in, and how: allauth's adapter, sessions, second factors, single sign-on, the sign-in throttle.

May import: operations, actions, queries, models and what lies below.
"""
