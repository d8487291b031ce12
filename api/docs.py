"""The documentation page, from files on this server only: it works on a closed network."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from fastapi import FastAPI
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles

OWN = Path(__file__).parent / "static"
SWAGGER = Path(str(files("fastapi_offline"))) / "static"


def docs(app: FastAPI) -> None:
    """Add /docs: our own page and script, with the Swagger UI of the package fastapi-offline."""

    @app.get("/docs", include_in_schema=False)
    async def page() -> Response:
        return FileResponse(OWN / "docs.html")

    app.mount("/docs/own", StaticFiles(directory=OWN))
    app.mount("/docs/swagger", StaticFiles(directory=SWAGGER))
