"""On a slow line: pages are packed for whoever takes that, and downloads of files are what they were."""

import gzip

import pytest


@pytest.mark.parametrize("url", ["/", "/cycles/mtr/", "/cycles/mtr/datagaps/", "/cycles/mtr/reports/VNM/"])
def test_pages_are_packed(url, report, cast, sign_in):
    browser = sign_in(cast.consultant)
    plain, packed = browser.get(url), browser.get(url, headers={"accept-encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed["Vary"]
    assert b"</html>" in gzip.decompress(packed.content)
    assert len(packed.content) < len(plain.content) / 2
    assert "Content-Encoding" not in plain


def test_sizes_tell_nothing(report, cast, sign_in):
    """The same page twice: padded at random, and its token masked anew."""
    browser = sign_in(cast.consultant)
    sizes = {
        len(browser.get("/cycles/mtr/datagaps/", headers={"accept-encoding": "gzip"}).content)
        for _n in range(12)
    }
    assert len(sizes) > 3


def test_an_export_is_packed_as_it_streams(report, cast, sign_in):
    url = "/cycles/mtr/datagaps/?_export=csv"
    answer = sign_in(cast.consultant).get(url, headers={"accept-encoding": "gzip"})
    assert answer["Content-Encoding"] == "gzip"
    assert gzip.decompress(b"".join(answer.streaming_content)).startswith(b"\xef\xbb\xbf")


def test_a_workbook_is_packed_already(report, cast, sign_in):
    url = "/cycles/mtr/datagaps/?_export=xlsx"
    answer = sign_in(cast.consultant).get(url, headers={"accept-encoding": "gzip"})
    assert "Content-Encoding" not in answer
    assert int(answer["Content-Length"]) == len(b"".join(answer.streaming_content))
