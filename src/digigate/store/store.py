"""What is true now: one register image per slave."""
