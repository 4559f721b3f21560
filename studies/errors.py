"""The one exception for input that a user can mend."""


class InputError(Exception):
    """Bad input. The message is one sentence: what, where, how to mend; programs exit with code 2."""
