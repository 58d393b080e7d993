"""Dates as this site writes and reads them, in each of its languages."""
