"""Holds the fast way of running a model against torch, once, before it may serve."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from matcher.errors import ArtefactError

if TYPE_CHECKING:
    from matcher.encoder.model import SentenceEncoder

LEAST_COSINE = 0.99
SENTENCES = (
    "堆高機司機",
    "徵倉庫堆高機操作員，日班，前鎮區，月薪三萬五千元，需具堆高機操作證照。",
    "護理師，輪三班，有重症加護經驗者佳。",
    "Forklift driver",
    "Night shift nurse for a ward of 40 beds; two years of experience, English and some Chinese.",
    "Tài xế xe nâng, ca ngày, có chứng chỉ.",
    "Công nhân hàn điện tìm việc ở khu chế xuất, làm ca đêm được, lương 32.000.",
    "Perawat lansia, tinggal di rumah, libur setiap minggu.",
    "Juru masak masakan Tionghoa dengan pengalaman lima tahun, mencari kerja penuh waktu.",
    "คนขับรถโฟล์คลิฟท์",
    "หางานเชื่อมโลหะ กะกลางวัน มีใบรับรอง เงินเดือนสามหมื่นขึ้นไป",
    "",
)
"""In the five languages of a bureau; a title, a sentence, nothing."""
TEXTS = (*SENTENCES, "\n".join(SENTENCES) * 12)
"""The last is longer than a model reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How near the vectors of `texts` texts come to those of torch: lowest and mean cosine.

    `engine` is what made them; another version of it is held against torch anew.
    """

    fingerprint: str
    engine: str
    texts: int
    lowest: float
    mean: float

    @property
    def enough(self) -> bool:
        """Whether the fast way may serve."""
        return self.lowest >= LEAST_COSINE


def record_of(encoder: SentenceEncoder, *, models_dir: Path) -> Path:
    """The file in `models_dir` that holds its agreement."""
    return models_dir / f"agreement-{encoder.fingerprint[:16]}-{encoder.arithmetic}.json"


def agreement(fast: SentenceEncoder, reference: SentenceEncoder, *, models_dir: Path) -> Agreement:
    """What is on record in `models_dir`, or is found now by loading both, which takes seconds.

    Raises ArtefactError where the model is damaged or the record cannot be written.
    """
    engine = f"openvino {version('openvino')}, {fast.arithmetic}"
    path = record_of(fast, models_dir=models_dir)
    known = _read(path)
    if known and (known.fingerprint, known.engine) == (fast.fingerprint, engine):
        return known
    found = _compare(fast, reference, engine)
    draft = path.with_name(f".{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(json.dumps(asdict(found), indent=2) + "\n", encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        raise ArtefactError(
            f"What was found of the encoder cannot be written to {path}: {error.strerror}.",
            remedy="See that the folder is writable and that the disk has room.",
        ) from error
    return found


def _compare(fast: SentenceEncoder, reference: SentenceEncoder, engine: str) -> Agreement:
    from matcher.encoder.model import Role

    cosines = np.concatenate(
        [
            (fast.encode(TEXTS, role=role) * reference.encode(TEXTS, role=role)).sum(axis=1)
            for role in Role
        ]
    )
    return Agreement(
        fingerprint=fast.fingerprint,
        engine=engine,
        texts=len(cosines),
        lowest=float(np.nan_to_num(cosines, nan=-1).min()),
        mean=float(np.nan_to_num(cosines, nan=-1).mean()),
    )


def _read(path: Path) -> Agreement | None:
    try:
        return Agreement(**json.loads(path.read_bytes()))
    except (OSError, ValueError, TypeError):
        return None  # it is found again
