"""The workstation's side of the conversation with the central store."""
