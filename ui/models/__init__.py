"""Models of the lists: windows over pages of frozen rows."""
