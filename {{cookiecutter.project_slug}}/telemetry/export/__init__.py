"""Export: spans on their way out of the process. Everything here is imported after INIT, with the SDK."""
