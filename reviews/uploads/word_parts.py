"""What may be inside a Word file: kinds of parts, relations between them, field codes.

Drawn from the files that Word, Word Online, LibreOffice, Google Docs, WPS Office and Pages write. What is not listed is
refused, since Word may run or fetch it; a person can always save the text as a PDF.
"""

from reviews.uploads.reasons import Reason


def _words(text: str) -> frozenset[str]:
    return frozenset(text.lower().split())


_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml."
_DRAWING = "application/vnd.openxmlformats-officedocument.drawingml."
_OFFICE = "application/vnd.openxmlformats-officedocument."
_PACKAGE = "application/vnd.openxmlformats-package."
_MICROSOFT = "application/vnd.ms-office."

MAIN_PART = f"{_WORD}document.main+xml"
TEMPLATE = f"{_WORD}template.main+xml"
# The data behind a chart, or a table made in Excel.
WORKBOOK = f"{_OFFICE}spreadsheetml.sheet"

_TEXT_PARTS = """document.main document.glossary styles settings webSettings fontTable numbering footnotes endnotes
    comments commentsExtended commentsIds commentsExtensible commentsDocument people header footer"""

# Content types, in lower case.
PARTS = frozenset(
    {
        *(f"{_WORD}{name}+xml" for name in _words(_TEXT_PARTS)),
        f"{_WORD}printersettings",
        *(
            f"{_DRAWING}{name}+xml"
            for name in _words("""chart chartshapes diagramData diagramLayout diagramStyle
            diagramColors""")
        ),
        *(
            f"{_OFFICE}{name}+xml"
            for name in _words(
                "theme themeOverride extended-properties custom-properties customXmlProperties"
            )
        ),
        *(
            f"{_MICROSOFT}{name}+xml"
            for name in _words("""chartex chartstyle chartcolorstyle drawingml.diagramDrawing
            classificationlabels documenttasks intelligence2""")
        ),
        *(
            f"{_PACKAGE}{name}+xml"
            for name in _words(
                "relationships core-properties digital-signature-xmlsignature digital-signature-certificate"
            )
        ),
        f"{_PACKAGE}digital-signature-origin",
        f"{_PACKAGE}digital-signature-certificate",
        "application/vnd.ms-word.styleswitheffects+xml",
        "application/vnd.ms-word.keymapcustomizations+xml",
        "application/inkml+xml",
        "application/pdf",  # a picture, on a Mac
        "application/xml",
        "text/xml",
        "application/binary",  # data of forms, bibliographies, Google: only kept
        f"{_OFFICE}vmldrawing",
        WORKBOOK,
        f"{_OFFICE}obfuscatedfont",
        *_words("""application/x-fontdata application/x-font-ttf application/x-font-otf
            application/font-sfnt font/ttf font/otf"""),
        *(
            f"image/{kind}"
            for kind in _words("""png jpeg jpg pjpeg gif bmp x-ms-bmp tiff tif svg+xml webp heic avif
            emf x-emf wmf x-wmf x-emz x-wmz pict x-pict vnd.ms-photo x-icon""")
        ),
    }
)

# The last word of a relation's type.
RELATIONS = _words(
    """officeDocument core-properties extended-properties extendedProperties custom-properties customProperties
    thumbnail metadata
    styles stylesWithEffects stylesWithtEffects settings webSettings fontTable font theme themeOverride numbering
    footnotes endnotes comments commentsExtended commentsIds commentsExtensible commentsDocument people
    header footer glossaryDocument printerSettings keyMapCustomizations customXml customXmlProps hyperlink image hdphoto
    chart chartEx chartStyle chartColorStyle chartUserShapes package vmlDrawing
    diagramData diagramLayout diagramQuickStyle diagramColors diagramDrawing
    classificationlabels documenttasks intelligence ink origin signature certificate"""
)

# Relations with something that is in the file, and why they are refused.
REFUSED_INSIDE = {
    "afchunk": Reason.INSERTED_FILE,
    "oleobject": Reason.EMBEDDED_OBJECT,
    "recipientdata": Reason.MAIL_MERGE,
    "control": Reason.MACROS,
    "activexcontrolbinary": Reason.MACROS,
    "vbaproject": Reason.MACROS,
    "wordvbadata": Reason.MACROS,
}
# Relations with something that is not in the file.
REFUSED_OUTSIDE = {
    "attachedtemplate": Reason.REMOTE_TEMPLATE,
    "image": Reason.LINKED_PICTURE,
    "mailmergesource": Reason.MAIL_MERGE,
    "mailmergeheadersource": Reason.MAIL_MERGE,
}

# Fields that say something about this document, lead to another place, or are filled in by a reader. Not among them
# are those that bring in another file or a database, such as INCLUDETEXT, INCLUDEPICTURE, LINK, DDE, DATABASE and RD.
FIELDS = _words(
    """= ADDIN ADDRESSBLOCK ADVANCE ASK AUTHOR AUTONUM AUTONUMLGL AUTONUMOUT AUTOTEXT AUTOTEXTLIST BARCODE BIBLIOGRAPHY
    BIDIOUTLINE CITATION COMMENTS COMPARE CREATEDATE DATE DISPLAYBARCODE DOCPROPERTY DOCVARIABLE EDITTIME EMBED EQ
    FILENAME FILESIZE FILLIN FOOTNOTEREF FORMCHECKBOX FORMDROPDOWN FORMTEXT GLOSSARY GOTOBUTTON GREETINGLINE HYPERLINK
    IF INDEX INFO KEYWORDS LASTSAVEDBY LISTNUM MACROBUTTON MERGEFIELD MERGEREC MERGESEQ NEXT NEXTIF NOTEREF NUMCHARS
    NUMPAGES NUMWORDS PAGE PAGEREF PRINTDATE PRIVATE QUOTE REF REVNUM SAVEDATE SECTION SECTIONPAGES SEQ SET SHAPE
    SKIPIF STYLEREF SUBJECT SYMBOL TA TC TEMPLATE TIME TITLE TOA TOC USERADDRESS USERINITIALS USERNAME XE"""
)
