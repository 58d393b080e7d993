"""What is invented says so, on every page that shows it."""

import pytest

from tests.support import make

INVENTED = "Demonstration: invented values."


@pytest.mark.parametrize("is_demo", [True, False])
@pytest.mark.parametrize("page", ["/", "/cycles/mtr/", "/cycles/mtr/reports/VNM/", "/cycles/mtr/datagaps/"])
def test_invented_values_say_so(page, is_demo, cast, sign_in):
    make.cycle("mtr", by=cast.secretariat, is_demo=is_demo)
    assert (INVENTED in sign_in(cast.vnm).get(page).content.decode()) is is_demo


def test_a_desk_of_several_cycles_says_so_if_one_is_invented(cast, sign_in):
    make.cycle("mtr", by=cast.secretariat)
    make.cycle("demo", by=cast.secretariat, is_demo=True)
    assert INVENTED in sign_in(cast.vnm).get("/").content.decode()
