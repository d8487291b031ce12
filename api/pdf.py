"""Pages as PDF files, by the same templates and print rules as on paper."""

from __future__ import annotations

from fastapi import Response

from api.rendering import STATIC
from matcher.errors import ConfigurationError


def pdf(html: str) -> Response:
    """A page as a PDF with its fonts inside; nothing is fetched for it from anywhere.

    Raises ConfigurationError where the system lacks the library that sets text.
    """
    try:
        # Half a second to load, and in need of Pango, which only those who print must have.
        from weasyprint import CSS, HTML
        from weasyprint.urls import URLFetcher
    except OSError as error:
        raise ConfigurationError(
            "PDF files need the library Pango, which this machine lacks.",
            remedy="Install the Debian packages libpangoft2-1.0-0 libharfbuzz-subset0.",
        ) from error
    nothing = URLFetcher(allowed_protocols=())
    rules = CSS(string=(STATIC / "pages.css").read_text("utf-8"), url_fetcher=nothing)
    content = HTML(string=html, url_fetcher=nothing).write_pdf(stylesheets=[rules])
    return Response(
        content, media_type="application/pdf", headers={"Content-Disposition": "inline"}
    )
