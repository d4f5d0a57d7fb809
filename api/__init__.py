"""The outer ring: command line, storage, HTTP, processes."""
