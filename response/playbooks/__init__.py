"""Playbooks: CACAO 2.0 texts, their checker, and the runner that performs them step by step under people's approval."""
