"""Which submissions were recalled, and when."""

from datetime import datetime

from django.db.models import Q

from reviews.models import NationalReport, ReportVersion, Trace, Verb


def recalls_of(report: NationalReport) -> dict[int, datetime]:
    """Return when each recalled submission of a report was taken back, by the id of its version."""
    version_label = ReportVersion._meta.label_lower
    is_submission = Q(model=version_label, object_id__in=report.versions.values("pk"), version=1)
    is_recall = Q(model=report._meta.label_lower, object_id=report.pk, verb=Verb.RECALLED)
    rows = Trace.objects.filter(is_submission | is_recall).order_by("id")

    recalled, latest = {}, None
    for model, pk, at in rows.values_list("model", "object_id", "at"):
        if model == version_label:
            latest = pk
        elif latest is not None:
            recalled[latest] = at
    return recalled
