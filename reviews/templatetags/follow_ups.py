"""Tag of the pages of records: whether a record is marked for follow-up, and the link that marks it."""

from typing import Any

from django import template

from reviews import policy
from reviews.models import Tracked
from reviews.models.follow_ups import MARK, open_mark
from reviews.queries.follow_ups import mark_url

register = template.Library()


@register.inclusion_tag("follow_ups/mark.html", takes_context=True)
def follow_up(context: template.Context, record: Tracked) -> dict[str, Any]:
    """The open mark of a record, or a link to mark it; for those who may, nothing for anybody else.

    No query where the view read the record with `with_mark()`, else one.
    """
    user = context["request"].user
    if not policy.may(user, MARK):
        return {}
    mark = open_mark(record, user)
    cycle = record.governing_cycle()
    is_open = cycle is not None and not cycle.is_closed
    return {"mark": mark, "cycle": cycle, "mark_url": mark_url(record) if is_open and mark is None else ""}
