"""The Lambda handler for `--app`: puts adapter and telemetry around an app from anywhere.

In the lab's child process it takes the place of a project's `service/handler.py`.
"""

import os

from adapter import LifespanAdapter
from telemetry import Telemetry
from telemetry.lab.app.target import find_app, prepend_app_path

# Only after the imports above: the app's folders may hold packages of the same names.
prepend_app_path()

telemetry = Telemetry.from_env(os.environ)
loaded = find_app(os.environ["LAB_APP"])
handler = LifespanAdapter(telemetry.traced(loaded.app), **telemetry.hooks)
