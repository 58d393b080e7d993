"""What a web server calls: `gunicorn reviewtracker.wsgi`."""

from django.core.wsgi import get_wsgi_application

from reviewtracker import load_settings, refuse_wrong_trace_key

# 3 is what gunicorn takes for "this will never start"; after any other code it would try again for ever.
load_settings(exit_code=3)
application = get_wsgi_application()
refuse_wrong_trace_key(exit_code=3)
