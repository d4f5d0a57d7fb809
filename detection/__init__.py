"""From events to findings and hits of rules. Knows nothing of people."""
