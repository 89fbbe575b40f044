"""The windows of the workstation: Qt widgets and nothing of the rules."""
