"""Health checks and metrics for machines that watch this one: no sign-in, and nothing confidential."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from reviews.operations import health, metrics


@require_safe
@never_cache
@login_not_required
def livez(request: HttpRequest) -> HttpResponse:
    """Liveness: this process answers; it asks nobody else."""
    return JsonResponse({"alive": True})


@require_safe
@never_cache
@login_not_required
def readyz(request: HttpRequest) -> HttpResponse:
    """Readiness: 503 unless all is well; the checks and their reasons only for who sends METRICS_TOKEN.

    They are also in the log, and `manage.py check_health` prints them. A load balancer, which cannot mend late mail,
    leaves that out: `?exclude=mail&exclude=tick`.
    """
    excluded = request.GET.getlist("exclude")
    unknown = [name for name in excluded if name not in health.CHECKS]
    if unknown:
        return JsonResponse({"error": f"exclude={unknown[0][:20]}: {', '.join(health.CHECKS)}"}, status=400)
    results = health.run_checks(excluded)
    ready = all(result.is_well for result in results)
    answer: dict[str, object] = {"ready": ready}
    if is_monitor(request):
        answer["checks"] = {result.name: result.reason or "ok" for result in results}
    return JsonResponse(answer, status=200 if ready else 503)


@require_safe
@never_cache
@login_not_required
def figures(request: HttpRequest) -> HttpResponse:
    """Metrics for Prometheus. 404 where METRICS_TOKEN is not set; 401 for a caller who does not send it."""
    if not settings.METRICS_TOKEN:
        raise Http404
    if not is_monitor(request):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse(metrics.render_metrics(), content_type=CONTENT_TYPE_LATEST)


def is_monitor(request: HttpRequest) -> bool:
    """Whether the caller sends METRICS_TOKEN."""
    authorization = request.headers.get("Authorization", "")
    token = settings.METRICS_TOKEN
    return bool(token) and constant_time_compare(authorization, f"Bearer {token}")
