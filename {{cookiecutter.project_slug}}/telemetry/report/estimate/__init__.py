"""Evidence in, numbers with intervals out; what the numbers are called is `show`'s to say."""
