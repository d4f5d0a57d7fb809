"""How sensors are: what they saw and lost on each step of a packet's way, of whom, until when there is room. Facts of
the store put together; thresholds are those of the site model and of `rules/`."""
