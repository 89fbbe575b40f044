"""Pictures of whole windows in every state, size and theme, to be looked at one by one."""
