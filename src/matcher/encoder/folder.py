"""Model folders that are whole or not there at all, and that can prove which weights they hold."""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from matcher.durable import file_digest, sync
from matcher.errors import ArtefactError, ConfigurationError

MANIFEST = "manifest.json"
FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelManifest:
    """What a model folder holds.

    `prompts` are those of the model by name, `max_length` is in tokens and `dimension` the length
    of a vector (both None: ask the loaded model), `files` maps relative paths to (bytes, SHA-256),
    `source` tells where the weights come from.
    """

    name: str
    files: Mapping[str, tuple[int, str]]
    prompts: Mapping[str, str]
    max_length: int | None
    dimension: int | None
    source: Mapping[str, str]

    @property
    def fingerprint(self) -> str:
        """SHA-256 over everything that decides a vector: files, prompts, longest input."""
        decisive = {
            "files": {path: digest for path, (_, digest) in self.files.items()},
            "prompts": dict(self.prompts),
            "max_length": self.max_length,
        }
        return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()


def survey(
    folder: Path,
    *,
    name: str,
    dimension: int | None = None,
    source: Mapping[str, str] | None = None,
) -> ModelManifest:
    """Describe a sentence-transformers folder by reading all of its files.

    Raises ConfigurationError where the folder holds no model.
    """
    if not any((folder / name).is_file() for name in ("modules.json", "config.json")):
        raise ConfigurationError(
            f"{folder} holds no sentence-transformers model: neither modules.json nor config.json.",
            remedy="Set MATCHER_ENCODER to a folder written by SentenceTransformer.save().",
        )
    paths = sorted(p.relative_to(folder) for p in folder.rglob("*") if p.is_file())
    decisive = [
        path
        for path in paths
        if path.name not in (MANIFEST, "README.md") and not path.parts[0].startswith(".")
    ]
    prompts = _read_json(folder / "config_sentence_transformers.json").get("prompts") or {}
    max_length = _read_json(folder / "sentence_bert_config.json").get("max_seq_length")
    return ModelManifest(
        name=name,
        files={
            path.as_posix(): ((folder / path).stat().st_size, file_digest(folder / path))
            for path in decisive
        },
        prompts=prompts if isinstance(prompts, dict) else {},
        max_length=max_length if isinstance(max_length, int) else None,
        dimension=dimension,
        source=source or {},
    )


def write_manifest(folder: Path, manifest: ModelManifest) -> None:
    """Write the manifest into its folder."""
    content = {
        "format_version": FORMAT_VERSION,
        "name": manifest.name,
        "fingerprint": manifest.fingerprint,
        "dimension": manifest.dimension,
        "max_length": manifest.max_length,
        "prompts": dict(manifest.prompts),
        "source": dict(manifest.source),
        "files": {
            path: {"bytes": size, "sha256": digest}
            for path, (size, digest) in manifest.files.items()
        },
    }
    (folder / MANIFEST).write_text(
        json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )


def read_manifest(folder: Path) -> ModelManifest | None:
    """The manifest of a folder, None where it has none; raises ArtefactError if it is damaged."""
    path = folder / MANIFEST
    if not path.exists():
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        version = content["format_version"]
        manifest = ModelManifest(
            name=content["name"],
            files={k: (v["bytes"], v["sha256"]) for k, v in content["files"].items()},
            prompts=content["prompts"],
            max_length=content["max_length"],
            dimension=content["dimension"],
            source=content["source"],
        )
        recorded = content["fingerprint"]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(folder, f"{MANIFEST} cannot be read") from error
    if version != FORMAT_VERSION:
        raise _damaged(folder, f"format version {version}, this program reads {FORMAT_VERSION}")
    if manifest.fingerprint != recorded:
        raise _damaged(folder, f"{MANIFEST} contradicts its own fingerprint")
    return manifest


def check_files(folder: Path, manifest: ModelManifest, *, content: bool) -> None:
    """Hold the files against the manifest: their sizes, and with `content` their checksums.

    Raises ArtefactError naming the first file that differs, and how to mend it.
    """
    for name, (size, digest) in manifest.files.items():
        path = folder / name
        if not path.is_file():
            raise _damaged(folder, f"{name} is missing")
        if path.stat().st_size != size:
            raise _damaged(folder, f"{name} has {path.stat().st_size} bytes instead of {size}")
        if content and file_digest(path) != digest:
            raise _damaged(folder, f"{name} does not match its checksum")


def publish(target: Path, build: Callable[[Path], ModelManifest]) -> None:
    """Let `build` fill a temporary folder and move it to `target` once it is whole and on disk.

    A process that dies in between leaves nothing at `target`; of several processes one builds and
    the others wait for it. Raises ArtefactError where the folder cannot be written.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _build_and_move(target, build)
    except OSError as error:
        raise ArtefactError(
            f"The model cannot be written to {target}: {error.strerror}.",
            remedy="See that the folder is writable and that the disk has room.",
        ) from error


def _build_and_move(target: Path, build: Callable[[Path], ModelManifest]) -> None:
    with (target.parent / f".{target.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if target.exists():
            return
        partial = target.parent / f".{target.name}.partial"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        try:
            manifest = build(partial)
            write_manifest(partial, manifest)
            check_files(partial, manifest, content=True)
            for path in [*partial.rglob("*"), partial]:
                if path.is_file():
                    path.chmod(0o644)  # some writers keep their files to the owner
                sync(path)
            partial.rename(target)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
        sync(target.parent)


def _damaged(folder: Path, detail: str) -> ArtefactError:
    return ArtefactError(
        f"The model in {folder} is damaged: {detail}.",
        remedy="Delete the folder; it is made again from its source on the next use.",
    )


def _read_json(path: Path) -> dict[str, object]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise _damaged(path.parent, f"{path.name} is not JSON") from error
    return content if isinstance(content, dict) else {}
