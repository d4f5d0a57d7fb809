"""From bytes to events. Knows nothing of alerts."""
