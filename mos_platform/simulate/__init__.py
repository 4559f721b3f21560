"""Simulated raters: they take part over the real HTTP interface and are marked as simulated for ever."""
