"""Backups. One file contains everything: every row, every handed-in file, and a manifest by which each can be checked.

`make.py` writes it, `archive.py` is its format, `restore.py` restores it; `postgres.py` and `sqlite.py` copy rows.
"""
