"""One file that holds everything: every row, every handed-in file, and a list by which each can be checked.

`make.py` writes it, `archive.py` is its form, `restore.py` reads it back; `postgres.py` and `sqlite.py` copy rows.
"""
