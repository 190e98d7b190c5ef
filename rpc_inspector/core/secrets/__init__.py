"""What must not leave the machine."""
