"""Keeps runs and ranker versions in MLflow, for people who compare them; nothing serves from there.

MLflow is imported inside, as it takes a second and serving never needs it. Nothing about persons
goes there: figures, counts and the ranker's own files.
"""

from __future__ import annotations

import logging
import os
import re
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING

from matplotlib.figure import Figure
from sqlalchemy import create_engine, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from matcher.errors import ConfigurationError
from matcher.evaluation.plots import png

if TYPE_CHECKING:
    from mlflow import MlflowClient

MODEL = "ranker"
"""The registered model, and where the files of a version lie among the artefacts of its run."""
CHALLENGER, CHAMPION = "challenger", "champion"
ENVIRONMENT = {
    # Reports of use would leave the house.
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    # It would replace the handlers of loggers that are not its own.
    "MLFLOW_CONFIGURE_LOGGING": "false",
    # Minutes of waiting for a server that is down would hold up the night.
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",
}
LOGGERS = ("mlflow", "alembic", "urllib3")
NOT_ALLOWED = re.compile(r"[^/\w.\- ]")


class TrackingError(ConfigurationError):
    """The MLflow store cannot be reached or used; what was to be recorded is not lost by it."""


def record_run(
    uri: str,
    *,
    folder: Path,
    experiment: str,
    name: str,
    params: Mapping[str, str | int | float],
    metrics: Mapping[str, float],
    tags: Mapping[str, str],
    artifacts: Mapping[str, Figure | str],
) -> str:
    """Record one finished run in the MLflow store at `uri`, and return the id of the run.

    A store that is a database and not a server keeps its artefacts under `folder`; what does not
    exist yet is made. `artifacts` are pictures and texts by file name. Metrics that are NaN are
    left out; in names "@" becomes "_at_", and "_" what else MLflow does not allow. Raises
    TrackingError when the store cannot be used.
    """
    with _client(uri) as client:
        run = client.create_run(
            _experiment(client, experiment, None if _is_server(uri) else folder),
            run_name=name,
            tags=dict(tags),
        ).info.run_id
        for key, value in params.items():
            client.log_param(run, allowed(key), value)
        for key, figure in metrics.items():
            if not isnan(figure):
                client.log_metric(run, allowed(key), figure)
        with tempfile.TemporaryDirectory() as drafts:
            for file, content in artifacts.items():
                data = content.encode() if isinstance(content, str) else png(content)
                (Path(drafts) / file).write_bytes(data)
            client.log_artifacts(run, drafts)
        client.set_terminated(run)
        return str(run)


def register_ranker(uri: str, *, run: str, generation: Path) -> str:
    """Add the files of a published generation to its run, and return the new version's number.

    The version of the registered model "ranker" points to these files, all in open formats, and
    gets the alias `challenger`. Raises TrackingError when the store cannot be used.
    """
    with _client(uri) as client:
        client.log_artifacts(run, str(generation), artifact_path=MODEL)
        if not client.search_registered_models(f"name = '{MODEL}'"):
            client.create_registered_model(MODEL)
        version = client.create_model_version(
            MODEL,
            source=f"{client.get_run(run).info.artifact_uri}/{MODEL}",
            run_id=run,
            tags={"generation": generation.name},
        ).version
        client.set_registered_model_alias(MODEL, CHALLENGER, version)
        return str(version)


def promote_alias(uri: str, version: str) -> None:
    """Give a version the alias `champion`, which the former one loses.

    Raises TrackingError when the store cannot be used or has no such version.
    """
    with _client(uri) as client:
        client.set_registered_model_alias(MODEL, CHAMPION, version)


def allowed(name: str) -> str:
    """The name of a parameter or metric as MLflow allows it."""
    return NOT_ALLOWED.sub("_", name.replace("@", "_at_"))


@contextmanager
def _client(uri: str) -> Iterator[MlflowClient]:
    """A client of a store that answers; MLflow stays silent, and its errors become ours."""
    with _silence():
        from mlflow import MlflowClient
        from mlflow.exceptions import MlflowException

        try:
            if not _is_server(uri):
                _reach(uri)
            yield MlflowClient(tracking_uri=uri, registry_uri=uri)
        except (MlflowException, SQLAlchemyError, OSError, ImportError) as error:
            lines = str(error).replace(uri.rstrip("/"), "the store").splitlines()
            raise TrackingError(
                f"The MLflow store cannot be used: {(lines or ['no answer'])[0].rstrip('.')}.",
                remedy="Check MATCHER_MLFLOW_URL. A store of another version needs `mlflow db "
                "upgrade`, after a backup.",
            ) from error


def _is_server(uri: str) -> bool:
    return uri.startswith(("http://", "https://"))


def _reach(uri: str) -> None:
    """Open a database once, with its folder made: MLflow itself would try for 100 seconds."""
    url = make_url(uri)
    if url.get_backend_name() == "sqlite" and url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = create_engine(url, poolclass=NullPool)
    inspect(engine).get_table_names()


def _experiment(client: MlflowClient, name: str, folder: Path | None) -> str:
    if found := client.get_experiment_by_name(name):
        return str(found.experiment_id)
    location = None
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        location = (folder.resolve() / name).as_uri()
    return str(client.create_experiment(name, artifact_location=location))


@contextmanager
def _silence() -> Iterator[None]:
    """MLflow's environment, and neither its logs nor its warnings; afterwards all is as before."""
    environment = {name: os.environ.get(name) for name in ENVIRONMENT}
    levels = {name: logging.getLogger(name).level for name in LOGGERS}
    os.environ.update(ENVIRONMENT)
    for name in LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
        for name, value in environment.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
