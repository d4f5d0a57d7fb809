"""Triage: what people decide about alerts, what that would do, and how it is enforced."""
