"""What the imports of an app cost, measured in a process of its own."""
