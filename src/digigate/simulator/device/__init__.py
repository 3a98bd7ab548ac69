"""One simulated device: its registers, its figures, what it does with what it is told."""
