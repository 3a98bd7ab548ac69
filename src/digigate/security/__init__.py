"""Who may come in and what keeps it secret."""
