"""A run of several settings: what each configuration takes and costs, and which one to take."""
