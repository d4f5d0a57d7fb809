"""Detection measured on labelled captures of others."""
