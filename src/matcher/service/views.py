"""Lists and rates as plain values with words in one language, ready for JSON or a terminal.

What is not named here does not leave the service: a candidate's name and résumé are not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from matcher.calendar_roc import roc_text
from matcher.entities import JobSeeker, Language, Pay, PayBasis, Vacancy
from matcher.pipeline import Candidate
from matcher.ranking.wording import ReasonCode, Voice, word, word_unknown
from matcher.rates.registry import EVENT_NAMES, Event, Period, Rate
from matcher.reference import Reference
from matcher.service.lists import Line, Slate

View = dict[str, object]
"""What `json` and `orjson` write as it stands."""

CLAIMED = 40_000
"""NT$ a month that an employer who discloses no pay claims, by law (就業服務法 section 5)."""


def slate_view(slate: Slate, *, language: Language, reference: Reference) -> View:
    """A list with all that tells how it came about; words in `language`."""
    return {
        "impression_id": slate.impression_id,
        "made_at": slate.made_at.isoformat(timespec="seconds"),
        "language": language.value,
        "eligible": slate.eligible,
        "lines": [_line_view(line, language, reference) for line in slate.lines],
        "versions": {
            "index_generation": slate.index_generation,
            "change_seq": slate.change_seq,
            "encoder": slate.encoder,
            "ranker": slate.ranker,
        },
        "ranking": {
            "trained": slate.trained,
            "text": (_TRAINED if slate.trained else _BASELINE)[language],
            "exploration": slate.exploration,
            "swapped": None if slate.swap is None else list(slate.swap),
        },
        "rates": [rate_view(rate) for rate in slate.rates],
        **origin_view(slate.simulated, language),
    }


def rates_view(
    rates: Iterable[Rate], *, period: Period, simulated: bool, language: Language
) -> View:
    """The rates of `period`; the notice, if the register is simulated, in `language`."""
    return {
        "period": _period_view(period),
        "rates": [rate_view(rate) for rate in rates],
        **origin_view(simulated, language),
    }


def rate_view(rate: Rate) -> View:
    """A rate with all it was computed from; `value` None where nothing was registered."""
    formula, value = rate.formula, rate.value
    over = f"{formula.name_en} = {formula.numerator} / {formula.denominator}"
    scale = " × 100 %" if formula.is_percentage else ""
    return {
        "key": formula.key,
        "names": {"zh": formula.name_zh, "en": formula.name_en},
        "value": None if value is None else str(value),
        "number": None if value is None else float(value),
        "unit": "%" if formula.is_percentage else "",
        "numerator": _count_view(formula.numerator, rate.numerator),
        "denominator": _count_view(formula.denominator, rate.denominator),
        "period": _period_view(rate.period),
        "formula": f"{over}{scale}, rounded half up to {formula.decimals} decimals",
    }


def pay_text(pay: Pay, *, language: Language, reference: Reference) -> str:
    """Pay as a sentence: the employer's own figures, and whether they are to be checked."""
    if pay.disclosed is False and pay.basis in (None, PayBasis.MONTH):
        claimed = {"claimed": CLAIMED}
        return word(ReasonCode.PAY_UNDISCLOSED, claimed, language=language, reference=reference)
    if pay.low is None and pay.high is None:
        return _NO_FIGURE[language]
    figures = dict.fromkeys(f"{figure:,}" for figure in (pay.low, pay.high) if figure is not None)
    text = _PAID[pay.basis][language].format("–".join(figures))
    if pay.high is None:
        text = _AT_LEAST[language].format(text)
    elif pay.low is None:
        text = _AT_MOST[language].format(text)
    return _TO_BE_CHECKED[language].format(text) if pay.flag else text


def _count_view(event: Event, count: int) -> View:
    zh, en = EVENT_NAMES[event]
    return {"event": event.value, "names": {"zh": zh, "en": en}, "count": count}


def _period_view(period: Period) -> View:
    return {
        "first": period.first.isoformat(),
        "last": period.last.isoformat(),
        "first_roc": roc_text(period.first),
        "last_roc": roc_text(period.last),
    }


def origin_view(simulated: bool, language: Language) -> View:
    """Whether the figures are simulated, and the notice that says so."""
    return {"simulated": simulated, "notice": _SIMULATED[language] if simulated else None}


def _line_view(line: Line, language: Language, reference: Reference) -> View:
    if line.vacancy is not None:
        record = _vacancy_view(line.vacancy, line, language, reference)
        return _candidate_view(line.candidate, language, reference, Voice.SEEKER) | record
    if line.seeker is not None:
        record = _seeker_view(line.seeker, language, reference)
        return _candidate_view(line.candidate, language, reference, Voice.COUNSELLOR) | record
    raise ValueError("a line without a record")


def _candidate_view(
    candidate: Candidate, language: Language, reference: Reference, voice: Voice
) -> View:
    return {
        "rank": candidate.rank,
        "id": candidate.id,
        "score": candidate.score,
        "similarity": candidate.similarity,
        "chances": _chances_view(candidate, language),
        "reasons": [
            {
                "code": reason.code.value,
                "text": word(
                    reason.code,
                    reason.params,
                    language=language,
                    reference=reference,
                    voice=voice,
                ),
                "speaks_for": reason.speaks_for,
                "points": round(reason.points, 4),
            }
            for reason in candidate.reasons
        ],
        "unknown": [
            {"criterion": criterion.value, "text": word_unknown(criterion, language)}
            for criterion in candidate.unknown
        ],
    }


def _chances_view(candidate: Candidate, language: Language) -> View | None:
    if candidate.hired is None:
        return None
    count = _of_hundred(candidate.hired, language)
    return {
        "hired": candidate.hired,
        "interviewed": candidate.interviewed,
        "text": _CHANCES[language].format(count=count),
    }


def _of_hundred(probability: float, language: Language) -> str:
    """How many of a hundred, said no finer than it is known."""
    return _FEWER_THAN_ONE[language] if probability < 0.005 else str(round(100 * probability))


def _vacancy_view(vacancy: Vacancy, line: Line, language: Language, reference: Reference) -> View:
    pay, employer = vacancy.pay, line.employer
    return {
        "title": vacancy.title,
        "employer": employer and {"id": employer.id, "name": employer.name},
        "occupation": _occupation_view(vacancy.occupation, reference),
        "place": _place_view(vacancy.place, language, reference),
        "address": vacancy.address,
        "pay": {
            "basis": pay.basis and pay.basis.value,
            "low": pay.low,
            "high": pay.high,
            "disclosed": pay.disclosed,
            "flag": pay.flag and pay.flag.value,
            "text": pay_text(pay, language=language, reference=reference),
        },
        "openings_left": line.openings_left,
        "posted_on": vacancy.posted_on.isoformat(),
        "closes_on": _iso(vacancy.closes_on),
        "closes_on_roc": vacancy.closes_on and roc_text(vacancy.closes_on),
        "url": vacancy.url,
    }


def _seeker_view(seeker: JobSeeker, language: Language, reference: Reference) -> View:
    return {
        "title": seeker.title,
        "occupation": _occupation_view(seeker.occupation, reference),
        "district": _place_view(seeker.district, language, reference),
        "education": None if seeker.education is None else seeker.education.name.lower(),
        "experience_years": seeker.experience_years,
        "licences": None
        if seeker.licences is None
        else [
            {"code": code, "name": reference.licences.get(code, {}).get(language, code)}
            for code in seeker.licences
        ],
    }


def _occupation_view(code: str | None, reference: Reference) -> View | None:
    return None if code is None else {"code": code, "name": reference.occupations.get(code)}


def _place_view(code: str | None, language: Language, reference: Reference) -> View | None:
    if code is None:
        return None
    place = reference.places[code]
    return {"code": code, "name": place.name if language is Language.ZH else place.name_en}


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _in_each(*texts: str) -> Mapping[Language, str]:
    return dict(zip(Language, texts, strict=True))


_SIMULATED = _in_each(
    "模擬資料：人員、職缺與數據皆為模擬產生，並非真實資料。",
    "Simulated data: people, vacancies and figures are not real.",
    "Dữ liệu mô phỏng: người, việc làm và số liệu đều không có thật.",
    "Data simulasi: orang, lowongan, dan angkanya tidak nyata.",
    "ข้อมูลจำลอง: บุคคล ตำแหน่งงาน และตัวเลขไม่ใช่ของจริง",
)
_PAID: Mapping[PayBasis | None, Mapping[Language, str]] = {
    PayBasis.MONTH: _in_each(
        "月薪 {} 元",
        "NT${} a month",
        "{} Đài tệ mỗi tháng",
        "NT${} per bulan",
        "{} ดอลลาร์ไต้หวันต่อเดือน",
    ),
    PayBasis.DAY: _in_each(
        "日薪 {} 元",
        "NT${} a day",
        "{} Đài tệ mỗi ngày",
        "NT${} per hari",
        "{} ดอลลาร์ไต้หวันต่อวัน",
    ),
    PayBasis.HOUR: _in_each(
        "時薪 {} 元",
        "NT${} an hour",
        "{} Đài tệ mỗi giờ",
        "NT${} per jam",
        "{} ดอลลาร์ไต้หวันต่อชั่วโมง",
    ),
    PayBasis.PIECE: _in_each(
        "按件計酬，每件 {} 元",
        "NT${} a piece",
        "{} Đài tệ mỗi sản phẩm",
        "NT${} per satuan",
        "{} ดอลลาร์ไต้หวันต่อชิ้น",
    ),
    None: _in_each(
        "未註明計薪方式，{} 元",
        "NT${}, not stated for what time",
        "{} Đài tệ, không rõ cách tính",
        "NT${}, dasar upah tidak disebutkan",
        "{} ดอลลาร์ไต้หวัน ไม่ได้ระบุวิธีคิดค่าจ้าง",
    ),
}
_AT_LEAST = _in_each("{}以上", "at least {}", "từ {}", "mulai {}", "ตั้งแต่ {}")
_AT_MOST = _in_each("{}以下", "up to {}", "tối đa {}", "paling banyak {}", "ไม่เกิน {}")
_NO_FIGURE = _in_each(
    "薪資金額未登錄",
    "pay figure not on record",
    "chưa ghi mức lương",
    "besaran upah tidak tercatat",
    "ไม่ได้บันทึกจำนวนค่าจ้าง",
)
_TO_BE_CHECKED = _in_each(
    "{}（金額待確認）",
    "{} (figure to be checked)",
    "{} (cần kiểm tra con số)",
    "{} (angka perlu diperiksa)",
    "{} (ต้องตรวจสอบตัวเลข)",
)

_TRAINED = {
    Language.ZH: "依過去推介與就業結果學習的模型排序",
    Language.EN: "ordered by a model learnt from past referrals and placements",
    Language.VI: "được sắp xếp bởi mô hình học từ các lần giới thiệu và nhận việc trước đây",
    Language.ID: "diurutkan oleh model yang belajar dari rujukan dan penempatan sebelumnya",
    Language.TH: "เรียงลำดับด้วยแบบจำลองที่เรียนรู้จากผลการส่งตัวและการได้งานที่ผ่านมา",
}
_BASELINE = {
    Language.ZH: "尚無已訓練的模型：依固定權重的基準排序",
    Language.EN: "no trained model yet: ordered by a baseline with fixed weights",
    Language.VI: "chưa có mô hình được huấn luyện: sắp xếp theo trọng số cố định",
    Language.ID: "belum ada model terlatih: diurutkan dengan bobot tetap",
    Language.TH: "ยังไม่มีแบบจำลองที่ฝึกแล้ว: เรียงลำดับด้วยน้ำหนักคงที่",
}
_CHANCES = {
    Language.ZH: "類似的推介，100 次中約有 {count} 次在 60 天內錄用",
    Language.EN: "of 100 referrals like this, about {count} led to a hire within 60 days",
    Language.VI: "trong 100 lần giới thiệu tương tự, khoảng {count} lần được nhận sau 60 ngày",
    Language.ID: "dari 100 rujukan serupa, sekitar {count} berujung diterima dalam 60 hari",
    Language.TH: "จากการส่งตัวลักษณะนี้ 100 ครั้ง ได้งานภายใน 60 วันประมาณ {count} ครั้ง",
}
_FEWER_THAN_ONE = {
    Language.ZH: "不到 1",
    Language.EN: "fewer than 1",
    Language.VI: "chưa đến 1",
    Language.ID: "kurang dari 1",
    Language.TH: "ไม่ถึง 1",
}
