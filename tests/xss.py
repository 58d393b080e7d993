"""A hundred payloads that would run in a page which does not escape what people typed, and who looks for them.

Each calls xss(n), or carries a tag or an attribute that is found again by its name.
"""

from html.parser import HTMLParser
