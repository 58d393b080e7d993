"""Why a file cannot be taken. Imports nothing: the sandbox starts with it, before Django is there."""

from enum import StrEnum


class Reason(StrEnum):
    """The sentences for people are in `reviews.uploads.documents`."""

    NEITHER = "neither"
    TOO_COSTLY = "too_costly"

    PDF_LOCKED = "pdf_locked"
    PDF_RESTRICTED = "pdf_restricted"
    PDF_CUT_OFF = "pdf_cut_off"
    PDF_DAMAGED = "pdf_damaged"
    PDF_WITHOUT_PAGES = "pdf_without_pages"

    WORD_LOCKED = "word_locked"
    WORD_97 = "word_97"
    WORD_TEMPLATE = "word_template"
    OPEN_DOCUMENT = "open_document"
    RICH_TEXT = "rich_text"
    WORD_DAMAGED = "word_damaged"
    WORD_TOO_LARGE = "word_too_large"
    MACROS = "macros"
    REMOTE_TEMPLATE = "remote_template"
    LINKED_PICTURE = "linked_picture"
    LINKED_FILE = "linked_file"
    MAIL_MERGE = "mail_merge"
    INSERTED_FILE = "inserted_file"
    EMBEDDED_OBJECT = "embedded_object"
    FIELD = "field"
    UNKNOWN_PART = "unknown_part"

    NO_SHEET = "no_sheet"
    SHEET_DAMAGED = "sheet_damaged"
    SHEET_TOO_LARGE = "sheet_too_large"
    SHEET_LOCKED = "sheet_locked"
    SHEET_OLD = "sheet_old"
    SHEET_MACROS = "sheet_macros"
    SHEET_EMPTY = "sheet_empty"
    FORMULA = "formula"
    ERROR_VALUE = "error_value"
    LETTERS = "letters"


class Refused(Exception):
    """The file cannot be taken. `detail` names what in it is meant, such as a field code."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(reason)
        self.reason, self.detail = reason, detail
