"""The container files hold: their own steps, run in a clean folder, give a service that answers."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import yaml

BIN = Path(sys.executable).parent
ROOT = Path(__file__).resolve().parents[1]
REGISTRY_ACCESS = ("PIP_", "UV_", "SSL_", "REQUESTS_", "HTTP", "http", "NO_PROXY", "no_proxy")


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile as (instruction, rest of the line)."""
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    return [
        (word, rest)
        for line in lines
        if line and not line.startswith("#")
        for word, _, rest in [line.partition(" ")]
    ]


def clean_environment(home: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k.startswith(REGISTRY_ACCESS)}
    kept.setdefault("UV_FIND_LINKS", os.environ.get("PIP_FIND_LINKS", ""))
    return kept | {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8"}


def told_by_the_image(app: Path) -> dict[str, str]:
    """What the Dockerfile sets for compiled code, with the folder in place of /app."""
    lines = (rest for word, rest in instructions() if word == "ENV")
    told = dict(pair.split("=", 1) for line in lines for pair in line.split())
    return {"NUMBA_CACHE_DIR": told["NUMBA_CACHE_DIR"].replace("/app", str(app))}


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder filled as the Dockerfile fills /app. What only root may do is left out."""
    app = tmp_path_factory.mktemp("image") / "app"
    app.mkdir()
    for word, rest in instructions():
        if word == "COPY":
            *sources, target = rest.split()
            for name in sources:
                source, place = ROOT / name, app / (name if target == "./" else target)
                copy = shutil.copytree if source.is_dir() else shutil.copy
                copy(source, place)
        if word == "RUN" and not rest.startswith(("useradd", "apt-get")):
            environment = clean_environment(app.parent) | told_by_the_image(app)
            subprocess.run(["sh", "-euc", rest], cwd=app, env=environment, check=True)
    return app


def test_the_image_holds_the_search_compiled_where_its_user_may_write(image: Path):
    folder = Path(told_by_the_image(image)["NUMBA_CACHE_DIR"])
    assert {path.name.partition(".")[0] for path in folder.rglob("*.nbc")} >= {
        "criteria",
        "scoring",
    }
    owned = next(rest for word, rest in instructions() if word == "RUN" and "chown" in rest)
    assert f"/app/{folder.name}" in owned.split()


def test_the_image_serves_after_its_own_steps(image: Path):
    command = json.loads(dict(instructions())["CMD"])
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = (
        clean_environment(image.parent)
        | told_by_the_image(image)
        | {
            "PATH": f"{image}/.venv/bin:{os.environ['PATH']}",
            "MATCHER_HOST": "127.0.0.1",
            "MATCHER_PORT": str(port),
        }
    )
    subprocess.run(["matcher", "migrate"], cwd=image, env=environment, check=True)
    server = subprocess.Popen(command, cwd=image, env=environment)
    try:
        assert _status(f"http://127.0.0.1:{port}/health/live", patience=60) == 200
        assert _status(f"http://127.0.0.1:{port}/health/ready") == 503
    finally:
        server.terminate()
        assert server.wait(timeout=30) in (0, -15)


def _status(url: str, *, patience: float = 5) -> int:
    deadline = time.monotonic() + patience
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310
                return int(response.status)
        except urllib.error.HTTPError as error:
            return error.code
        except (urllib.error.URLError, ConnectionError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.3)


def test_compose_names_only_commands_that_exist():
    services = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
    assert set(services) == {"api", "nightly", "postgres"}
    named = {
        command
        for service in ("api", "nightly")
        for command in re.findall(r"matcher (\w+)", " ".join(services[service]["command"]))
    }
    for command in named:
        subprocess.run([BIN / "matcher", command, "--help"], check=True, capture_output=True)
    assert named == {"migrate", "serve", "nightly"}


def test_every_file_that_the_image_copies_passes_dockerignore():
    allowed = {
        line.removeprefix("!")
        for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if line.startswith("!")
    }
    copied = {name for word, rest in instructions() if word == "COPY" for name in rest.split()[:-1]}
    assert copied == allowed
