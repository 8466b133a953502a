"""What the template guarantees about the code that it ships and about the ways to generate it."""
