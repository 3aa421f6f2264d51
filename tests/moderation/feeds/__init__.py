"""Other programs' exports."""
