"""Legal hold of packets: what alerts of a held incident name is copied aside, and given back when the hold ends."""
