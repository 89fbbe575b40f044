"""The demonstration: an invented region, its people, and messages at every stage."""
