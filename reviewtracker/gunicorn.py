"""How the web server runs: `gunicorn --config python:reviewtracker.gunicorn reviewtracker.wsgi`.

Each line can be overruled on that command line.
"""

import os

# Two processes survive that one of them starts anew.
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "reviewtracker.server.Worker"
threads = 8  # fewer than DATABASE_POOL
worker_connections = 1_000

# --- limits

limit_request_line = 4_094
limit_request_fields = 60
limit_request_field_size = 4_094

# --- seconds

timeout = 60  # a process that hangs is ended
graceful_timeout = 30
keepalive = 5

# --- a process starts anew now and then, and not all at once

max_requests = 5_000
max_requests_jitter = 500
