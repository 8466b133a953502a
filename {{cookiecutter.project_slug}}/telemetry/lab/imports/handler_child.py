"""The process whose imports are measured where a handler is: imports its module, as Lambda would."""

import os

# What is imported after this module is the function's.
import telemetry.lab.app.target  # noqa: F401

if __name__ == "__main__":
    __import__(os.environ["_HANDLER"].rpartition(".")[0])  # as a statement would; `importlib` is not timed
