"""How gunicorn runs the product: `gunicorn --config reviewtracker/gunicorn.py reviewtracker.wsgi`.

variable     default           meaning
WEB_BIND     127.0.0.1:8000    where it listens; unix:/run/reviewtracker/web.sock behind nginx
WEB_WORKERS  2                 processes; one or two for each processor
WEB_THREADS  8                 threads of each
"""

import os
import shutil
import sys
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from django.core.exceptions import ImproperlyConfigured
from gunicorn.http import wsgi

if TYPE_CHECKING:
    from gunicorn.arbiter import Arbiter
    from gunicorn.workers.base import Worker

# --- processes

bind = os.environ.get("WEB_BIND", "127.0.0.1:8000")
try:
    from reviewtracker.environment import at_least_one

    workers = at_least_one("WEB_WORKERS", 2)
    threads = at_least_one("WEB_THREADS", 8)  # fewer than DATABASE_POOL
except ImproperlyConfigured as error:
    sys.exit(f"reviewtracker: {error}")
# The socket is for its owner and its group, which nginx is in; by itself gunicorn lets everybody on the machine in.
umask = 0o007
# It reads a request in the thread that answers it. So nginx has to stand before it, which hands on whole requests.
worker_class = "gthread"
worker_connections = 1_000
keepalive = 5
# A process starts anew now and then, and not all at once.
max_requests = 5_000
max_requests_jitter = 500
# A request that takes longer has lost its reader, and a worker that does not answer is replaced.
timeout = 60
# On a reload the old workers end what they have begun.
graceful_timeout = 30
# Each worker loads the code itself: a reload (HUP) then takes up new code.
preload_app = False
# Several on one machine would share the one socket through which gunicorn can be steered; systemd does that here.
control_socket_disable = True
# Its heartbeat file: in memory, not on a disk that may be slow.
MEMORY = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108 - a folder that only root writes
worker_tmp_dir = MEMORY

# --- limits

limit_request_line = 4_094
limit_request_fields = 60
limit_request_field_size = 4_094

default_headers = wsgi.Response.default_headers


def without_server(response: wsgi.Response) -> list[str]:
    """The headers of every response, less the name of the server; gunicorn has no setting for it."""
    return [line for line in default_headers(response) if not line.startswith("Server:")]


wsgi.Response.default_headers = without_server

# --- log: reviews.web.access_log.AccessLogMiddleware writes the access lines, in the product's own format

accesslog = None
if os.environ.get("LOG_FORMAT", "json") == "json":
    FORMATTER = {
        "()": "pythonjsonlogger.json.JsonFormatter",
        "fmt": "{levelname}{name}{message}",
        "style": "{",
    }
    FORMATTER |= {"timestamp": "at", "rename_fields": {"levelname": "level", "name": "logger"}}  # type: ignore[dict-item]
    logconfig_dict = {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": FORMATTER},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["console"], "level": "INFO"},
        "loggers": {"gunicorn.error": {"handlers": ["console"], "level": "INFO", "propagate": False}},
    }

# --- what lives as long as the server: figures (each process writes its own, /metrics adds them up) and locks

# Not in the folder of uploads: a process that finds no room for its figures, which it maps into memory, is killed.
if "REVIEWTRACKER_ARBITER" not in os.environ:
    os.environ["REVIEWTRACKER_ARBITER"] = str(os.getpid())
    own_folder = mkdtemp(prefix="server-", dir=os.environ.get("RUNTIME_DIRECTORY", MEMORY))
    os.environ |= {"RUNTIME_DIRECTORY": own_folder, "PROMETHEUS_MULTIPROC_DIR": f"{own_folder}/metrics"}
    os.mkdir(os.environ["PROMETHEUS_MULTIPROC_DIR"])


def child_exit(server: "Arbiter", worker: "Worker") -> None:
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid)


def on_exit(server: "Arbiter") -> None:
    if os.environ.get("REVIEWTRACKER_ARBITER") == str(os.getpid()):
        shutil.rmtree(os.environ["RUNTIME_DIRECTORY"], ignore_errors=True)
