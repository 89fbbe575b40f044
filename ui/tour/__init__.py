"""The player of the tour: one real window that a conductor moves by keys and clicks."""
