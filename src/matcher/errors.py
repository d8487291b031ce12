"""The errors of the matcher, so that every edge can turn each into one clear message."""

from __future__ import annotations


class MatcherError(Exception):
    """Base of all expected errors: says what is wrong and how to mend it, never whom it concerns.

    `remedy` is a sentence that tells the reader what to do. Of an error that people at a page can
    meet, `code` names the sentence that says both in their language, and `places` fill it in.
    """

    def __init__(self, message: str, *, remedy: str = "", code: str = "", **places: object) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.code = code
        self.places = places

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class NotFoundError(MatcherError):
    """A record that was asked for does not exist."""


class ConflictError(MatcherError):
    """The request contradicts the present state of the register."""


class InvalidInputError(MatcherError):
    """Input that cannot be read as what it should be."""


class UnlawfulError(InvalidInputError):
    """A criterion asks for what the law protects; said in the language of whoever asked."""


class IdentityError(InvalidInputError):
    """An identity number whose format or check digit is wrong. Never carries the number."""


class ForbiddenError(MatcherError):
    """The caller is known but may not do this."""


class UnauthenticatedError(MatcherError):
    """No valid API key came with the request."""


class TooManyRequestsError(MatcherError):
    """The caller asks more often than anybody needs to who has nothing to try out.

    `seconds`: after how many to ask again.
    """

    def __init__(self, message: str, *, remedy: str, seconds: int) -> None:
        super().__init__(message, remedy=remedy)
        self.seconds = seconds


class ArtefactError(MatcherError):
    """A stored artefact is missing, damaged or does not fit this program."""


class ConfigurationError(MatcherError):
    """A setting is missing or contradicts another."""


class BusyError(MatcherError):
    """More is asked for at once than can be answered soon."""


class NotReadyError(MatcherError):
    """The service has nothing to answer from yet, for example no published index."""
