"""Clips damaged on purpose: sound moved or swapped, a mouth that stands still, heavy compression.

A damaged clip goes through the same preparation as all others, from the same source, with the damage done
between decoding and encoding: no file is encoded once more than its neighbours.
"""
