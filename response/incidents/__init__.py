"""Incidents: alerts with one cause, in kill-chain order, with what people decided about them."""
