"""Golden captures of real stacks, and the events the core makes of them: generated, read by a person, committed."""
