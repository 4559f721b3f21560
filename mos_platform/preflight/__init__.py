"""Preflight: every mistake of a study is found before a single rater is paid. No Django, no database."""
