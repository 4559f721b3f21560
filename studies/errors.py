"""Exceptions for input that a user can mend."""

from __future__ import annotations


class InputError(Exception):
    """Bad input. The message is one sentence: what, where, how to mend; programs exit with code 2.

    `sentences` holds it, and all of them where there are several.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.sentences: tuple[str, ...] = (message,)


class MistakesError(InputError):
    """Several mistakes at once: `sentences` holds each; the message is the first, and how many more."""

    def __init__(self, sentences: list[str]) -> None:
        others = len(sentences) - 1
        more = f" ({others} more {'mistakes' if others > 1 else 'mistake'} beside it)" if others else ""
        super().__init__(f"{sentences[0].removesuffix('.')}{more}.")
        self.sentences = tuple(sentences)

    def __reduce__(self) -> tuple[type[MistakesError], tuple[list[str]]]:
        return MistakesError, (list(self.sentences),)
