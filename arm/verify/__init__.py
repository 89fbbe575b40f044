"""Proofs: the simulation, its mutants, real faults, the feed under writers, failover and power cuts."""
