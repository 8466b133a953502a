"""SnapStart in the lab: the hooks' order, and what copies of a snapshot would share or find dead."""
