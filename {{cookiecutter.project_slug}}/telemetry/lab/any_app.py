"""The Lambda handler for `--app`: composes adapter and telemetry around an app of any origin.

Stands where a project's `service/handler.py` stands, in the lab's child process.
"""

import os

from adapter import LifespanAdapter
from telemetry import Telemetry
from telemetry.lab.target import load_app, prepend_app_path

# Only now: a folder of the app may hold packages that are named as ours.
prepend_app_path()

telemetry = Telemetry.from_env(os.environ)
handler = LifespanAdapter(telemetry.traced(load_app(os.environ["LAB_APP"])), **telemetry.hooks)
