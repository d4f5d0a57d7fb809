"""Proof captures of IEC 60870-5-101 in TCP."""
