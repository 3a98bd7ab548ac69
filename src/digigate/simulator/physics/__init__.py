"""What loads and the network do, as pure functions of time."""
