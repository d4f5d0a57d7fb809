"""From hits to decisions: alerts, incidents, playbooks, reports. Knows people, not HTTP."""
