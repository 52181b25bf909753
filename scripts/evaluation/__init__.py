"""Measures Voice Mirror and the tools it is compared with on the same recordings. Started by scripts/evaluate."""
