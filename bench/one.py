"""One step of the measuring, in a process of its own; its result is printed as JSON.

`python -m bench.one world` makes what the databases of all sizes start from, `seed 1000` fills one. `pages 40` measures
its pages in as many rounds, and after them `extras` and `exports`; `memory` measures what a worker keeps.
"""

import json
import os
import signal
import sys

import django

from bench.servers import OURS
from tests.support.databases import stop

if __name__ == "__main__":
    signal.signal(signal.SIGTERM, stop)  # gunicorn goes with us
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", OURS)
    django.setup()
    from bench import steps  # its models want Django set up

    step, *options = sys.argv[1:]
    print(json.dumps(getattr(steps, step)(*options)))
