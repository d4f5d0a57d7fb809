"""Content: rules with their proofs, site model, baselines and keys, which reach a sensor as one signed bundle."""
