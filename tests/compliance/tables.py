"""The real tables, read once."""

from __future__ import annotations

from matcher.compliance.lint import TERMS, Linter
from matcher.compliance.wages import read_wages
from matcher.config import ROOT
from matcher.features.reading import read_lexicon
from matcher.reference import table_rows

FOLDER = ROOT / "data" / "reference"
LEXICON = read_lexicon(FOLDER, TERMS)
WAGES = read_wages(FOLDER)
LINTER = Linter(LEXICON, WAGES)
ROWS = table_rows(FOLDER / TERMS)
