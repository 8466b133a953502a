"""What bench/ draws."""
