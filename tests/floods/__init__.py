"""Traffic made to blind a sensor, and what of the commands beside it is still seen."""
