"""Frameworks × evidence → verdicts."""
