"""Published networks in plain torch, which fill from the state dicts of their authors.

`loading` is importable anywhere; the others only where torch is.
"""
