"""The only door for the screens: one file per noun, methods that only delegate."""
