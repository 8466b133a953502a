"""The process whose imports are measured where a handler is: imports its module, as Lambda would."""

import os

# What is imported after this module is the function's.
from telemetry.lab.app.target import handler_names

if __name__ == "__main__":
    __import__(handler_names(os.environ["_HANDLER"])[0])  # as a statement would; `importlib` is not timed
