"""Findings as they are shown to staff."""

from __future__ import annotations

from typing import Any

from matcher.compliance.findings import Finding, Severity
from matcher.compliance.sentences import citation, message, suggestion
from matcher.db.overrides import Override
from matcher.entities import Language
from matcher.service.lint import Checked


def checked_view(checked: Checked, language: Language) -> dict[str, Any]:
    """All findings; the counts are of those that nobody let stand."""
    standing = [one.severity for one in checked.findings if checked.override_of(one) is None]
    return {
        "forbidden": standing.count(Severity.FORBIDDEN),
        "check": standing.count(Severity.CHECK),
        "findings": [
            finding_view(one, language) | {"override": _override_view(checked.override_of(one))}
            for one in checked.findings
        ],
    }


def finding_view(finding: Finding, language: Language) -> dict[str, Any]:
    """What was found and where, the rule, and what to write instead."""
    return {
        "code": finding.code,
        "severity": finding.severity,
        "field": finding.field,
        "start": finding.start,
        "end": finding.end,
        "words": finding.words,
        "rule": {
            "act": finding.rule.act,
            "section": finding.rule.section,
            "paragraph": finding.rule.paragraph,
            "number": finding.rule.number,
            "text": citation(finding.rule, language),
        },
        "message": message(finding.code, finding.severity, language),
        "suggestion": suggestion(finding.code, language),
    }


def _override_view(override: Override | None) -> dict[str, Any] | None:
    if override is None:
        return None
    return {"reason": override.reason, "made_at": override.made_at, "made_by": override.made_by}
