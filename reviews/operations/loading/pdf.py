"""The smallest PDF with text, for files that only demonstrate."""


def make_pdf(*lines: str) -> bytes:
    """Return a PDF of one page with these lines. Letters of ASCII only, and no brackets."""
    text = "\n".join(f"({line}) Tj T*" for line in lines)
    content = f"BT /F1 16 Tf 24 TL 72 760 Td\n{text}\nET"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        " /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    parts = ["%PDF-1.4\n"]
    table = ["0000000000 65535 f \n"]  # where each object begins, in bytes
    for number, body in enumerate(objects, 1):
        table.append(f"{sum(map(len, parts)):010} 00000 n \n")
        parts.append(f"{number} 0 obj\n{body}\nendobj\n")
    start_of_table = sum(map(len, parts))
    parts += [f"xref\n0 {len(table)}\n", *table]
    parts.append(f"trailer\n<< /Size {len(table)} /Root 1 0 R >>\nstartxref\n{start_of_table}\n%%EOF\n")
    return "".join(parts).encode("ascii")
