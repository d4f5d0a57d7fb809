"""Other sensors' logs: samples, rules that fire on them, rotation, restarts, reception."""
