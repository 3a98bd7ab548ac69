"""Signed releases of this program: checked, staged, put into a slot, tried, kept or taken back."""
