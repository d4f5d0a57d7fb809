"""A simulated plant of real protocol stacks in network namespaces of its own: demo, drill, proofs, golden captures."""
