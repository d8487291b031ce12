"""What is wrong with a field of a request, in sentences of our own: the rule, and how to mend it.

Only the rule's own limits are told. What was sent is never repeated: it may be a person's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import Request
from fastapi.dependencies.models import Dependant
from pydantic import BaseModel

from matcher.errors import InvalidInputError

SEE = "See /docs for what the field takes."

_WHOLE = ("takes a whole number", "Write digits only, as a JSON number in a body.")
_NUMBER = ("takes a number", "Write digits and a point, as a JSON number in a body.")
_TEXT = ("takes text", "Put the text in quotation marks.")
_YES_NO = ("takes true or false", "Write true or false, without quotation marks in a body.")
_DAY = ("takes a day", "Write it as 2019-07-27.")
_OBJECT = ("takes a JSON object", "Begin the body with { and send Content-Type: application/json.")
_LIST = ("takes a list", 'Write ["..."]; [] says that there are none.')

SENTENCES: Mapping[str, tuple[str, str]] = {
    "missing": ("is needed and was not sent", "Add it."),
    "extra_forbidden": ("is no field of this request", "Leave it out, or correct its name."),
    "string_type": _TEXT,
    "string_unicode": ("takes text in UTF-8", "Send the text in UTF-8."),
    "string_too_long": ("takes at most {max_length} characters", "Shorten the text."),
    "string_too_short": ("takes at least {min_length} characters", "Fill it in."),
    "string_pattern_mismatch": ("must match {pattern}", "Write it in that form."),
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "greater_than": ("must be more than {gt}", "Give a larger value."),
    "greater_than_equal": ("must be {ge} or more", "Give a larger value."),
    "less_than": ("must be less than {lt}", "Give a smaller value."),
    "less_than_equal": ("must be {le} or less", "Give a smaller value."),
    "bool_type": _YES_NO,
    "bool_parsing": _YES_NO,
    "enum": ("takes one of {expected}", "Choose one of these."),
    "literal_error": ("takes one of {expected}", "Choose one of these."),
    "list_type": _LIST,
    "too_long": ("takes at most {max_length} items", "Leave some out."),
    "date_type": _DAY,
    "date_parsing": _DAY,
    "date_from_datetime_parsing": _DAY,
    "date_from_datetime_inexact": _DAY,
    "json_invalid": ("is not JSON", "Send one JSON object in UTF-8."),
    "json_type": _OBJECT,
    "dict_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
}
"""Rule and remedy for each kind of error that pydantic tells; braces name limits of the rule."""

_OWN_NAME = re.compile(r"[a-z_]{1,40}")


def found_in(errors: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Field, rule and remedy of each of pydantic's findings."""
    return [_told(found) for found in errors]


def refuse_unknown_parameters(request: Request, known: frozenset[str]) -> None:
    """Raise InvalidInputError for a parameter that the route does not know, naming those it does.

    One that is ignored would be taken for obeyed.
    """
    for name in request.query_params:
        if name not in known:
            told = f"{name!r}" if _OWN_NAME.fullmatch(name) else "a name that is none"
            raise InvalidInputError(
                f"This address has no query parameter {told}.",
                remedy=f"It knows {', '.join(sorted(known))}." if known else "It takes none.",
            )


def parameters_of(dependant: Dependant) -> frozenset[str]:
    """Names of the query parameters of a route, and of all that it depends on."""
    own: set[str] = set()
    for field in dependant.query_params:
        kind: Any = field.field_info.annotation
        whole = isinstance(kind, type) and issubclass(kind, BaseModel)
        own |= set(kind.model_fields) if whole else {field.alias}
    return frozenset(own.union(*map(parameters_of, dependant.dependencies)))


def _told(found: Mapping[str, Any]) -> dict[str, str]:
    rule, remedy = _sentence(found["type"], found.get("ctx", {}))
    return {"field": _field(found["loc"]), "rule": rule, "remedy": remedy}


def _sentence(kind: str, limits: Mapping[str, Any]) -> tuple[str, str]:
    if kind == "value_error":
        # Raised by our own checks, with the rule and sometimes a remedy.
        own = [str(part) for part in limits["error"].args]
        return own[0], own[1] if len(own) > 1 else SEE
    rule, remedy = SENTENCES.get(kind, ("cannot be read", SEE))
    plain = {
        name: f"{value:g}" if isinstance(value, float) else value for name, value in limits.items()
    }
    return rule.format_map(plain), remedy


def _field(location: Sequence[str | int]) -> str:
    """Path of a field; a name that is none of ours may hold anything, so it is not repeated."""
    return ".".join(
        str(part) if isinstance(part, int) or _OWN_NAME.fullmatch(part) else "(unknown)"
        for part in location
    )
