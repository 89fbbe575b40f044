"""Pure values and rules of the process; the standard library only."""
