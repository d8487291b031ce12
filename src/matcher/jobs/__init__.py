"""Long work that runs by command or by night."""
