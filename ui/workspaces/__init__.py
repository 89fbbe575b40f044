"""The places of work, one per role, and the parts of the shell they stand in."""
