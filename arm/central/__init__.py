"""The central store: tables, the one transaction that decides, the feed, its HTTP face and its administration."""
