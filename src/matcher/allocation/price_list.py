"""The prices that lists are made by: those of the night, brought up by what the day has done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from matcher.allocation import congestion
from matcher.allocation.congestion import Floats, Ints
from matcher.allocation.lists import Terms, order

Ids = NDArray[np.bytes_]


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceList:
    """What showing a vacancy once more costs all others; `plan` names the night's plan.

    `ids` (v,) are in order; `load` (v,) is the expected number of would-be hires from everybody's
    list and from who was sent already, `chance` (v,) that of a hire if one more is sent, and
    `shown` (v,) the number of people in whose list it stands.
    """

    plan: str
    terms: Terms
    ids: Ids
    load: Floats
    chance: Floats
    shown: Ints

    def order(self, ids: Ids, chances: Floats, openings: Ints) -> NDArray[np.intp]:
        """Positions (n,) of candidates in the order in which one person should see them.

        By `chances` (n,) of a hire, as `openings` (n,) are left now. Equal ones stand by id.
        """
        ties = np.empty(len(ids), np.int32)
        ties[np.argsort(ids)] = np.arange(len(ids))
        load = self._told(self.load, ids)
        left = congestion.one_more(load, openings, self.terms.rivalry)
        return order(chances, left, ties, self.terms)

    def free(self, ids: Ids, openings: Ints) -> Floats:
        """The chance (n,) that one more finds an opening left; 1 for a vacancy new today."""
        return congestion.free(self._told(self.load, ids), openings)

    def shown_to(self, ids: Ids) -> Ints:
        """The number of people (n,) in whose list of the night each vacancy stands."""
        return self._told(self.shown, ids).astype(np.int32)

    def after(self, sent: Mapping[str, int]) -> Self:
        """The prices after so many more people were sent to each of some vacancies."""
        if not sent:
            return self
        keys = np.array([key.encode() for key in sorted(sent)], "S32")
        more = np.array([sent[key] for key in sorted(sent)], np.float64)
        rows = places_of(self.ids, keys)
        known, usual = rows >= 0, float(self.chance.mean()) if len(self.chance) else 0.0
        load = self.load.copy()
        load[rows[known]] += more[known] * self.chance[rows[known]]
        new = keys[~known]
        ids = np.concatenate([self.ids, new])
        by_id = np.argsort(ids, kind="stable")
        return replace(
            self,
            ids=ids[by_id],
            load=np.concatenate([load, more[~known] * usual])[by_id],
            chance=np.concatenate([self.chance, np.full(len(new), usual)])[by_id],
            shown=np.concatenate([self.shown, np.zeros(len(new), np.int32)])[by_id],
        )

    def _told(self, column: NDArray[Any], ids: Ids) -> Floats:
        """The values (n,) of a column for `ids`, 0 for those it does not have."""
        rows = places_of(self.ids, ids)
        found = np.zeros(len(ids))
        found[rows >= 0] = column[rows[rows >= 0]]
        return found


def places_of(known: Ids, ids: Ids) -> NDArray[np.int64]:
    """Places (n,) of `ids` among the `known` ones (v,), which are in order; -1 of one not there."""
    if not len(known):
        return np.full(len(ids), -1)
    places = np.minimum(np.searchsorted(known, ids), len(known) - 1)
    return np.where(known[places] == ids, places, -1)
