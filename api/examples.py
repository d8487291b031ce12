"""Bodies that the API description shows."""

from __future__ import annotations

from pydantic import JsonValue

SEEKER_EXAMPLE: dict[str, JsonValue] = {
    "registered_on": "2026-03-02",
    "title": "倉管人員",
    "text": "做過三年倉庫，會開堆高機，想找前鎮的日班。",
    "occupation": "4321",
    "district": "806",
    "commute_km": 10,
    "shifts": ["day"],
    "employment": ["full_time"],
    "pay_floor": 35000,
    "education": "senior_high",
    "experience_years": 3,
    "licences": ["forklift"],
    "languages": ["zh", "nan"],
}
PROFILE_EXAMPLE: dict[str, JsonValue] = {
    "text": "會開堆高機，想找前鎮的倉庫日班，月薪三萬五",
    "licences": ["forklift"],
}
VACANCY_EXAMPLE: dict[str, JsonValue] = {
    "employer_id": "E-77",
    "title": "堆高機操作員",
    "openings": 3,
    "posted_on": "2026-03-01",
    "text": "倉庫進出貨、堆高機操作。",
    "occupation": "9330",
    "place": "806",
    "address": "高雄市前鎮區",
    "pay_basis": "month",
    "pay_low": 36000,
    "pay_high": 40000,
    "shifts": ["day"],
    "employment": ["full_time"],
    "education": "any",
    "experience_years": 0,
    "licences": ["forklift"],
    "languages": [],
    "closes_on": "2026-12-31",
}
PROBLEM_EXAMPLE: dict[str, JsonValue] = {
    "type": "/problems/not-found",
    "title": "Not Found",
    "status": 404,
    "detail": "There is no vacancy 'V-2001'.",
    "remedy": "Check the id.",
    "instance": "/v1/vacancies/V-2001/candidates",
}
