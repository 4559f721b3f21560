"""Clips as files: what they are, whether browsers play them, and how they are prepared. No Django."""
