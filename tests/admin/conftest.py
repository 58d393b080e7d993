"""What every test of the administration may ask for."""

from tests.admin.records import one_of_each
from tests.support.shared_records import shared


@shared
def records(cast):
    return one_of_each(cast, 1)
