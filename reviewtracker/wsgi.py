"""What a web server calls: `gunicorn reviewtracker.wsgi`."""

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from reviewtracker import load_settings, refuse_debug_on_postgres, refuse_wrong_trace_key
from reviewtracker.databases import limit_statements

# 3 is what gunicorn takes for "this will never start"; after any other code it would try again for ever.
load_settings(exit_code=3)
refuse_debug_on_postgres(exit_code=3)
limit_statements(settings.DATABASES, settings.STATEMENT_TIMEOUT)
application = get_wsgi_application()
refuse_wrong_trace_key(exit_code=3)
