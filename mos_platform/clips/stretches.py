"""The longest stretch of time for which something holds."""

from __future__ import annotations


class Longest:
    """Fed with moments in order, in seconds, and whether it holds from there on; `seconds` is the longest."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._since: float | None = None

    def note(self, at_s: float, *, holds: bool) -> None:
        """From `at_s` on it holds, or it does not."""
        self.close(at_s)
        if not holds:
            self._since = None
        elif self._since is None:
            self._since = at_s

    def restart(self, at_s: float) -> None:
        """What held ends at `at_s`, and holds anew from there."""
        self.note(at_s, holds=False)
        self.note(at_s, holds=True)

    def close(self, at_s: float) -> float:
        """The longest stretch, in seconds, where `at_s` is the end."""
        if self._since is not None:
            self.seconds = max(self.seconds, at_s - self._since)
        return self.seconds
