"""Evidence in, numbers with intervals out; the words for them are in `show`."""
