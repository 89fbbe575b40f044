"""The desk: the only door through which the windows enter."""
