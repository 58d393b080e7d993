"""The smallest PDF that says something, for files that only demonstrate."""


def page(*lines: str) -> bytes:
    """A PDF of one page with these lines. Letters of ASCII only, and no brackets."""
    text = "\n".join(f"({line}) Tj T*" for line in lines)
    content = f"BT /F1 16 Tf 24 TL 72 760 Td\n{text}\nET"
    return _file(
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        " /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )


def _file(*objects: str) -> bytes:
    parts = ["%PDF-1.4\n", *(f"{n} 0 obj\n{body}\nendobj\n" for n, body in enumerate(objects, 1))]
    starts = [sum(map(len, parts[:n])) for n in range(1, len(parts))]
    table = "".join(f"{start:010} 00000 n \n" for start in starts)
    size, where = len(parts), sum(map(len, parts))
    trailer = f"trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{where}\n%%EOF\n"
    return "".join([*parts, f"xref\n0 {size}\n0000000000 65535 f \n", table, trailer]).encode("ascii")
