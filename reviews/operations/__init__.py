"""What machines and technicians run: jobs, the outbox, health, metrics, backup, loading, trace verification.

May import: actions, queries, models and the rooms below.
"""
