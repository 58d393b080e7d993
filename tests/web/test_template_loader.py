"""Pages are sent without the indentation of their templates."""

from django.template import engines
from django.urls import reverse


def test_lines_stay_and_their_indentation_goes(tmp_path):
    (tmp_path / "page.html").write_text("<ul>\n  <li>\n\t{{ text }}\n  </li>\n</ul>\n")
    engine = engines["django"].engine
    loader = engine.template_loaders[0].loaders[0]
    loader.dirs = [tmp_path]
    try:
        template = loader.get_template("page.html")
    finally:
        loader.dirs = None
    assert template.source == "<ul>\n<li>\n{{ text }}\n</li>\n</ul>\n"


def test_what_people_wrote_keeps_its_spaces(cast, report, sign_in):
    report.post_progress(by=cast.vnm, expected_version=report.version, note="One\n   two")
    page = sign_in(cast.vnm).get(reverse("report", args=["mtr", "VNM"])).content.decode()
    assert "   two" in page
