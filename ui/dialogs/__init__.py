"""Dialogs: signing in, the choice of a demonstration account, what to do when the files can't be opened."""
