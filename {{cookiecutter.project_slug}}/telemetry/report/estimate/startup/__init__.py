"""What a startup takes, what each resource is worth in it, and what repeats of it explain."""
