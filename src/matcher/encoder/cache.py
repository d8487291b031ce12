"""Keeps vectors by the hash of their text, so that only what changed is ever encoded.

It holds hashes and vectors, no text; a vector still tells something about its text, so the cache is
guarded like the register. Whose text a vector was made of is kept too, as a hash of the id, so that
a person is forgotten with all that they ever wrote, and no trace stays in the file.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from matcher.encoder.model import Role, SentenceEncoder
from matcher.errors import ArtefactError

FOLDER = "cache"
KEYS_A_QUERY = 500
TEXTS_A_COMMIT = 64
BUSY_TIMEOUT_S = 30

_TABLES = (
    "vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL)",
    "owners (owner BLOB, key BLOB, PRIMARY KEY (owner, key)) WITHOUT ROWID",
)

Progress = Callable[[int, int], None]
"""Called with the number of texts encoded so far and the number to encode."""


class VectorCache:
    """Vectors of one encoder in an SQLite file that several processes and threads may share."""

    def __init__(self, path: Path, *, fingerprint: str, dimension: int) -> None:
        self.path = path
        self.fingerprint = fingerprint
        self._dimension = dimension
        self._lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        with _explained(path):
            self._db = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, check_same_thread=False)
            try:
                _write_ahead(self._db)
                for pragma in ("synchronous=NORMAL", "secure_delete=ON"):
                    self._db.execute(f"PRAGMA {pragma}")
                for table in _TABLES:
                    self._db.execute(f"CREATE TABLE IF NOT EXISTS {table}")
            except sqlite3.Error:
                self._db.close()
                raise

    def get(self, keys: Sequence[bytes]) -> Iterator[tuple[bytes, NDArray[np.float32]]]:
        """The pairs of key and vector (d,) that are known, in no particular order."""
        for start in range(0, len(keys), KEYS_A_QUERY):
            chunk = keys[start : start + KEYS_A_QUERY]
            marks = ",".join("?" * len(chunk))
            query = f"SELECT key, vector FROM vectors WHERE key IN ({marks})"  # noqa: S608
            with self._lock, _explained(self.path):
                rows = self._db.execute(query, chunk).fetchall()
            for key, value in rows:
                vector = np.frombuffer(value, "<f4")
                if len(vector) != self._dimension:
                    raise _unusable(self.path, "a vector of another length")
                yield key, vector

    def put(self, keys: Sequence[bytes], vectors: NDArray[np.float32]) -> None:
        """Keep `vectors` (n, d) under `keys`, all of them or none."""
        values = (row.tobytes() for row in vectors.astype("<f4", copy=False))
        with self._lock, _explained(self.path), self._db:
            self._db.executemany(
                "INSERT OR REPLACE INTO vectors VALUES (?, ?)", zip(keys, values, strict=True)
            )

    def own(self, owned: Iterable[tuple[str, bytes]]) -> None:
        """Note whose texts these keys stand for: pairs of (id of the person, key)."""
        rows = [(_owner(person), key) for person, key in owned]
        with self._lock, _explained(self.path), self._db:
            self._db.executemany("INSERT OR IGNORE INTO owners VALUES (?, ?)", rows)

    def forget(self, people: Iterable[str]) -> int:
        """Erase every vector made of a text of these people; returns how many there were.

        The file is written anew and its log emptied, so that nothing of them stays in either. Where
        somebody else wrote the same text, it is encoded again when next asked for.
        """
        owners = [(_owner(person),) for person in people]
        with self._lock, _explained(self.path):
            with self._db:
                erased = self._db.executemany(
                    "DELETE FROM vectors WHERE key IN (SELECT key FROM owners WHERE owner = ?)",
                    owners,
                ).rowcount
                self._db.executemany("DELETE FROM owners WHERE owner = ?", owners)
            self._db.execute("VACUUM")
            (busy, *_) = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if busy:
                raise sqlite3.OperationalError("others read it all the time")
        return erased

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def open_cache(encoder: SentenceEncoder, *, models_dir: Path) -> VectorCache:
    """The cache of that encoder in `models_dir`; another model or prompt means another file."""
    return VectorCache(
        models_dir / FOLDER / f"{encoder.fingerprint[:16]}.sqlite",
        fingerprint=encoder.fingerprint,
        dimension=encoder.dimension,
    )


def cache_key(text: str, *, role: Role) -> bytes:
    """BLAKE2b-128 of role and text."""
    return blake2b(f"{role}\0{text}".encode("utf-8", "surrogatepass"), digest_size=16).digest()


def encode_cached(
    encoder: SentenceEncoder,
    cache: VectorCache,
    texts: Sequence[str],
    *,
    role: Role,
    owners: Sequence[str] = (),
    progress: Progress = lambda _done, _total: None,
) -> NDArray[np.float32]:
    """Vectors of `texts`, (n, d): known ones from the cache, the others encoded, once per text.

    `owners` (n,) are the ids of the people who wrote them; none: texts of nobody. Every 64 texts
    are kept at once, so an interruption loses no more than those. Raises ArtefactError where the
    cache belongs to another encoder or cannot be used.
    """
    if cache.fingerprint != encoder.fingerprint:
        raise _unusable(cache.path, "vectors of another encoder")
    rows: dict[bytes, list[int]] = {}
    for row, text in enumerate(texts):
        rows.setdefault(cache_key(text, role=role), []).append(row)
    if owners:
        # First: what is encoded and then interrupted must be found again to be forgotten.
        cache.own((owners[row], key) for key, found in rows.items() for row in found)
    vectors = np.empty((len(texts), encoder.dimension), dtype=np.float32)
    missing = dict(rows)
    for key, vector in cache.get(list(rows)):
        vectors[missing.pop(key)] = vector
    todo = sorted(missing, key=lambda key: len(texts[rows[key][0]].encode("utf-8", "replace")))
    starts = np.arange(0, len(todo), TEXTS_A_COMMIT)
    # Slices hold texts of like length; taken in mixed order, the time left is told honestly.
    done = 0
    for start in np.random.default_rng(0).permutation(starts):
        keys = todo[start : start + TEXTS_A_COMMIT]
        encoded = encoder.encode([texts[rows[key][0]] for key in keys], role=role)
        cache.put(keys, encoded)
        for key, vector in zip(keys, encoded, strict=True):
            vectors[rows[key]] = vector
        done += len(keys)
        progress(done, len(todo))
    return vectors


def forget_everywhere(people: Sequence[str], *, models_dir: Path) -> int:
    """Erase what `people` ever wrote from the caches of all encoders ever used here."""
    erased = 0
    for path in sorted((models_dir / FOLDER).glob("*.sqlite")):
        with VectorCache(path, fingerprint="", dimension=0) as cache:
            erased += cache.forget(people)
    return erased


def _owner(person: str) -> bytes:
    return blake2b(person.encode(), digest_size=16).digest()


def _write_ahead(db: sqlite3.Connection) -> None:
    """Switch to the write-ahead log; SQLite does not wait for another that switches just now."""
    deadline = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            db.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        raise ArtefactError(
            f"The vector cache {path} cannot be used: {error}.",
            remedy="See that the disk has room, the folder is writable and no process hangs on it.",
        ) from error
    except sqlite3.DatabaseError as error:
        raise _unusable(path, str(error)) from error


def _unusable(path: Path, detail: str) -> ArtefactError:
    return ArtefactError(
        f"The vector cache {path} is not usable: {detail}.",
        remedy="Delete the file; its vectors are computed again.",
    )
