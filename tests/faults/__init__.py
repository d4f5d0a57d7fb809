"""The grid of faults: each role killed and stopped at random moments under load, with counted input and output."""
