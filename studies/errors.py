"""Exceptions for input that a user can mend."""


class InputError(Exception):
    """Bad input. The message is one sentence: what, where, how to mend; programs exit with code 2."""


class MistakesError(InputError):
    """Several mistakes at once: `sentences` holds each; the message is the first, and how many more."""

    def __init__(self, sentences: list[str]) -> None:
        self.sentences = tuple(sentences)
        others = len(sentences) - 1
        more = f" ({others} more {'mistakes' if others > 1 else 'mistake'} beside it)" if others else ""
        super().__init__(f"{sentences[0].removesuffix('.')}{more}.")
