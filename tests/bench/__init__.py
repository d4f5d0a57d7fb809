"""The benchmark: packets a second through the whole line, beside other tools in the same run."""
