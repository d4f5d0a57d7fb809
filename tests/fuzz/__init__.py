"""Fuzzing of the Rust core: `python -m tests.fuzz`. The targets are in `sensors/core/fuzz`."""
