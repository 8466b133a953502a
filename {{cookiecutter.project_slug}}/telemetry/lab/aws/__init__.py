"""The lab's plan on Lambda: a twin stack is measured, and left as it was."""
