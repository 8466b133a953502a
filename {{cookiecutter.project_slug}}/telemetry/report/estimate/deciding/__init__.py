"""Which environments are compared, and when a difference between them decides."""
