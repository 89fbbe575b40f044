"""The workstation and the central store of messages, everything without widgets."""
