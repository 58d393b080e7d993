"""The sheets of the pages that import: choosing one, what was shown, and sending that."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from reviews.forms.framework import FrameworkImportForm
from reviews.forms.people import InvitePeopleForm
from reviews.forms.setup import MembersImportForm
from reviews.models import User
from reviews.uploads import kept
from tests.support import make

# What is imported, by page.
SHEETS = {
    "framework-import": b"code,title,level,parent\nZ,Top,characteristic,\nZ.1,Below,,Z\n",
    "members-import": b"code,name\nKHM,Cambodia\nXYZ,Elsewhere\n",
    "invite-sheet": b"email,name,body,role\nnew@un.example,New Person,UN,Observer\n",
}


def file_for(page: str) -> Any:
    """What is chosen on a page that takes a file."""
    return SimpleUploadedFile("sheet.csv", SHEETS[page]) if page in SHEETS else make.pdf()


def typed(page: str, made: Any) -> dict[str, Any]:
    """A file, as it is sent after it was shown; an administrator may send each."""
    file = file_for(page)
    form: Any
    if page == "framework-import":
        form = FrameworkImportForm({}, {"file": file}, framework=made.cycle.framework)
    elif page == "members-import":
        form = MembersImportForm({}, {"file": file}, cycle=made.cycle)
    else:
        form = InvitePeopleForm({}, {"file": file}, user=User(is_superuser=True))
    assert form.is_valid(), (form.errors, [row.errors for row in form.rows])
    file.seek(0)
    return {"file": file, "seen": form.fingerprint}


def choose(browser: Any, url: str, content: bytes, name: str = "sheet.csv", **typed: Any) -> Any:
    """The page after a sheet was chosen."""
    return browser.post(url, {"file": SimpleUploadedFile(name, content), "version": 1, **typed})


def confirm(browser: Any, url: str, shown: Any, **typed: Any) -> Any:
    """Press the second button, as the page shows it: the file is the one that was kept."""
    form = shown.context["form"]
    box = form.fields["file"].widget
    sent = {"seen": form["seen"].value(), kept.token_field("file"): box.chosen.token, "version": 1}
    return browser.post(url, sent | typed)


def errors_of(answer: Any) -> dict[int, dict[str, list[str]]]:
    return {row.number: row.errors for row in answer.context["form"].rows if row.errors}
