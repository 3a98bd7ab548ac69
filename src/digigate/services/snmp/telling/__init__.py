"""Notifications on their way: to whom, in which form, how often, and what came of it."""
