"""Detects the language that a text is written in."""

from typing import Final, NamedTuple

from py3langid.langid import MODEL_FILE, LanguageIdentifier

LEAST_CONFIDENCE: Final = 0.2
"""Below it the best guess among some 140 languages says nothing: a number, a name, an emoji."""


class Language(NamedTuple):
    """A guess, and how sure the model is of it."""

    code: str
    confidence: float


class LanguageModel:
    """A pretrained model; reading it takes some 100 MB and the largest part of this service's startup."""

    def __init__(self) -> None:
        self._identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)

    def detect(self, text: str) -> Language:
        """Guess the language; `und` (undetermined) when no guess is worth giving."""
        code, confidence = self._identifier.classify(text)
        return Language(code if confidence >= LEAST_CONFIDENCE else "und", round(confidence, 4))
