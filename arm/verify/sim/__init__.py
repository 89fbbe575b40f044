"""The simulation (tier T2): real desks and a real central store in one thread, everything drawn from one seed."""
