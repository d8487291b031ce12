"""A fair and its plan as programs read them."""

from __future__ import annotations

from matcher.entities import Language
from matcher.service.clock import TAIPEI
from matcher.service.fair_plan import FairPlan
from matcher.service.rate_views import View, named_view, origin_view


def plan_view(plan: FairPlan, *, language: Language) -> View:
    """Who goes where, without a person: only numbers of résumés."""
    return {
        "fair": named_view(plan.fair),
        "as_of": plan.as_of.astimezone(TAIPEI).isoformat(),
        "booths": [
            {
                "number": one.booth.number,
                "employer": one.employer.name,
                "interviewers": one.booth.interviewers,
                "minutes": one.booth.minutes,
                "places": [
                    {
                        "number": place.number,
                        "starts_at": place.starts_at.astimezone(TAIPEI).isoformat(),
                        "under_way": place.under_way,
                    }
                    for place in one.places
                ],
            }
            for one in plan.booths
        ],
        **origin_view(plan.simulated, language),
    }
