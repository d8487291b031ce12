"""The rules of each kind of file as pandera schemas: columns are read whole, violations listed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Final

import pandas as pd
import pandera.pandas as pa

from matcher.entities import (
    Channel,
    Education,
    Employment,
    FairType,
    Language,
    Outcome,
    PayBasis,
    Programme,
    SeekerStatus,
    Shift,
    Step,
    Voidable,
)
from matcher.errors import ConfigurationError, IdentityError
from matcher.identity import IdentityDigest, IdentityKey, digest, verify
from matcher.intake import values
from matcher.intake.layouts import LAYOUTS
from matcher.intake.model import Kind, Row
from matcher.intake.values import Parse, Unreadable
from matcher.reference import Reference

EDUCATION: Final[Mapping[str, Education]] = {
    **{level.name.lower(): level for level in Education},
    "不拘": Education.ANY,
    "國小": Education.PRIMARY,
    "國中": Education.JUNIOR_HIGH,
    "高中": Education.SENIOR_HIGH,
    "高職": Education.SENIOR_HIGH,
    "高中職": Education.SENIOR_HIGH,
    "專科": Education.COLLEGE,
    "大學": Education.BACHELOR,
    "碩士": Education.MASTER,
    "博士": Education.DOCTOR,
}
SHIFTS: Final[Mapping[str, Shift]] = {
    **{str(shift.name).lower(): shift for shift in Shift},
    "日班": Shift.DAY,
    "晚班": Shift.EVENING,
    "中班": Shift.EVENING,
    "夜班": Shift.NIGHT,
    "大夜": Shift.NIGHT,
    "輪班": Shift.ROTATING,
}
EMPLOYMENT: Final[Mapping[str, Employment]] = {
    **{str(form.name).lower(): form for form in Employment},
    "全職": Employment.FULL_TIME,
    "部分工時": Employment.PART_TIME,
    "兼職": Employment.PART_TIME,
}
PAY_BASIS: Final[Mapping[str, PayBasis]] = {
    **{basis.value: basis for basis in PayBasis},
    "月薪": PayBasis.MONTH,
    "日薪": PayBasis.DAY,
    "時薪": PayBasis.HOUR,
    "論件計酬": PayBasis.PIECE,
}
FAIR_TYPES: Final[Mapping[str, FairType]] = {
    **{kind.value: kind for kind in FairType},
    "單一徵才": FairType.SINGLE,
    "聯合徵才": FairType.JOINT,
    "校園徵才": FairType.CAMPUS,
}
STEPS: Final[Mapping[Programme, frozenset[Step]]] = {
    Programme.LOW_INCOME: frozenset({Step.SERVED, Step.PLACED}),
    Programme.VAN: frozenset({Step.VISIT, Step.SERVED, Step.PLACED}),
    Programme.E_RESUME: frozenset({Step.SERVED, Step.PLACED}),
    Programme.TRAINING: frozenset({Step.GRADUATED, Step.PLACED}),
    Programme.SUPPORTED: frozenset({Step.REFERRED, Step.PLACED, Step.STABLE}),
    Programme.RETURNEE_DESK: frozenset({Step.SERVED, Step.PLACED}),
    Programme.SUBSIDY: frozenset({Step.GRANTED, Step.PLACED}),
}
"""What can happen in each programme; any other step would be counted by no figure."""
SPECIAL_GROUPS: Final = (
    "middle_aged",
    "indigenous",
    "disability",
    "low_income",
    "single_parent",
    "new_immigrant",
    "released",
    "victim",
    "veteran",
    "long_unemployed",
    "returnee",
)
FILLED: Final = Unreadable("this column is filled in", "Fill the cell in.")


@dataclass(frozen=True, slots=True)
class Violation:
    """A row, by its place in the frame, that breaks a rule in a column."""

    position: int
    column: str
    rule: str
    remedy: str


def parsers(reference: Reference, *, key: IdentityKey | None, today: date) -> dict[str, Parse]:
    """Reader of each type that `LAYOUTS` names."""
    districts = _names(reference, reference.districts)
    return {
        "id": values.identifier,
        "ids": values.identifiers,
        "text": values.text,
        "label": values.label,
        "url": values.url,
        "date": values.day,
        "time": values.moment,
        "yes/no": values.yes_no,
        "count": values.whole(1, values.MAX_OPENINGS),
        "money": values.whole(1, values.MAX_PAY),
        "kilometres": values.decimal(1000),
        "years": values.decimal(80),
        "identity": partial(_identity, key=key, today=today),
        "text language": values.choice({language.value: language for language in Language}),
        "occupation": values.choice({code: code for code in reference.occupations}),
        "district": values.choice(districts),
        "districts": values.several(districts),
        "place": values.choice(_names(reference, reference.place_codes)),
        "shifts": values.combined(SHIFTS),
        "employment": values.combined(EMPLOYMENT),
        "education": values.choice(EDUCATION),
        "pay basis": values.choice(PAY_BASIS),
        "floor basis": values.choice(
            {w: b for w, b in PAY_BASIS.items() if b in (PayBasis.MONTH, PayBasis.HOUR)}
        ),
        "licences": values.several({code: code for code in reference.licences}),
        "languages": values.several({code: code for code in reference.languages}),
        "status": values.choice({status.value: status for status in SeekerStatus}),
        "channel": values.choice({channel.value: channel for channel in Channel}),
        "fair type": values.choice(FAIR_TYPES),
        "programme": values.choice({programme.value: programme for programme in Programme}),
        "step": values.choice({step.value: step for step in Step}),
        "voidable": values.choice({kind.value: kind for kind in Voidable}),
        "outcome": values.choice({outcome.value: outcome for outcome in Outcome}),
        "sex": values.choice({sex: sex for sex in ("female", "male", "other")}),
        "special groups": values.several({group: group for group in SPECIAL_GROUPS}),
    }


def schema(kind: Kind, parse: Mapping[str, Parse]) -> pa.DataFrameSchema:
    """The schema of a kind of file, with `parse` from `parsers`."""
    layout = LAYOUTS[kind]
    columns = {
        name: column(
            parse[type_], required=name in layout.needed, nullable=name not in layout.filled
        )
        for name, type_ in layout.columns.items()
    }
    return pa.DataFrameSchema(columns, checks=_ROW_RULES.get(kind, []), strict=True)


def column(parse: Parse, *, required: bool = False, nullable: bool = True) -> pa.Column:
    """A column of text that `parse` reads; a cell that it cannot read is a violation."""
    return pa.Column(
        object,
        parsers=pa.Parser(partial(_converted, parse)),
        checks=pa.Check(_readable),
        required=required,
        nullable=nullable,
    )


def validated(
    rows: Sequence[Row], rules: pa.DataFrameSchema
) -> tuple[pd.DataFrame, list[Violation]]:
    """Read all cells of `rows` and list every violation.

    Returns a frame of values, one line for each row, columns in the order of `rules`, and the
    violations in the order of rows.
    """
    names = list(rules.columns)
    cells = [[row.cells.get(name, "") for name in names] for row in rows]
    frame = pd.DataFrame(cells, columns=names, dtype=object)
    try:
        return rules.validate(frame, lazy=True), []
    except pa.errors.SchemaErrors as errors:
        found = {v for error in errors.schema_errors for v in _violations(error)}
        return errors.data, sorted(found, key=lambda v: (v.position, names.index(v.column)))


def _violations(error: pa.errors.SchemaError) -> list[Violation]:
    check = error.check
    if error.schema.name is None:
        return [
            Violation(position, check.title, check.error, check.description)
            for position in error.failure_cases["index"]
        ]
    broken = zip(error.failure_cases["index"], error.failure_cases["failure_case"], strict=True)
    found = [(at, FILLED if error.check == "not_nullable" else value) for at, value in broken]
    return [Violation(at, error.schema.name, rule.rule, rule.remedy) for at, rule in found]


def _converted(parse: Parse, series: pd.Series[str]) -> pd.Series[str]:
    read = {raw: parse(raw.strip()) if raw.strip() else None for raw in series.unique()}
    return pd.Series([read[raw] for raw in series], index=series.index, dtype=object)


def _readable(series: pd.Series[str]) -> pd.Series[bool]:
    return pd.Series([not isinstance(value, Unreadable) for value in series], index=series.index)


def _identity(raw: str, *, key: IdentityKey | None, today: date) -> IdentityDigest | Unreadable:
    try:
        verify(raw, today=today)
    except IdentityError as error:
        return Unreadable(error.message, error.remedy)
    if key is None:
        raise ConfigurationError(
            "The file holds identity numbers, but there is no key to digest them with.",
            remedy="Make one with `matcher key`, or set MATCHER_ID_KEY.",
        )
    return digest(raw, key)


def _names(reference: Reference, codes: Sequence[str]) -> dict[str, str]:
    words = {code: code for code in codes}
    for code in codes:
        name = reference.places[code].name
        words |= dict.fromkeys((name, name.removesuffix("區"), name.replace("台", "臺")), code)
    return words


def _no_hidden_figures(frame: pd.DataFrame) -> pd.Series[bool]:
    figures = frame["pay_low"].notna() | frame["pay_high"].notna()
    return ~(figures & (frame["pay_disclosed"] == False))  # noqa: E712


def _one_side(frame: pd.DataFrame) -> pd.Series[bool]:
    return frame["seeker_id"].isna() | frame["vacancy_id"].isna()


def _known_step(frame: pd.DataFrame) -> pd.Series[bool]:
    return pd.Series(
        [
            step in STEPS[programme]
            if isinstance(programme, Programme) and isinstance(step, Step)
            else True
            for programme, step in zip(frame["programme"], frame["step"], strict=True)
        ],
        index=frame.index,
    )


_ROW_RULES = {
    Kind.SERVICES: [
        pa.Check(
            _known_step,
            ignore_na=False,
            title="step",
            error="the programme has this step",
            description="See the table of programmes in data/formats.md.",
        )
    ],
    Kind.VACANCIES: [
        pa.Check(
            _no_hidden_figures,
            ignore_na=False,
            title="pay_disclosed",
            error="undisclosed pay has no figures",
            description="Write 1 in pay_disclosed, or empty pay_low and pay_high.",
        )
    ],
    Kind.IMPRESSIONS: [
        pa.Check(
            _one_side,
            ignore_na=False,
            title="vacancy_id",
            error="a list was shown to a seeker or for a vacancy, not both",
            description="Leave seeker_id or vacancy_id empty.",
        )
    ],
}
