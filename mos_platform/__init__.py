"""Collects facts: stimuli → raters → assignments → ratings → metrics → exports, one folder per stage."""
