"""The Lambda handler for `--app`: puts adapter and telemetry around an app from anywhere.

In the lab's child process it takes the place of a project's `service/handler.py`.
"""

import os

from adapter import LifespanAdapter
from adapter.placement import placement_from
from telemetry.lab.platform.target import load_app, prepend_app_path
from telemetry.pipeline import Telemetry

# Only after the imports above: the app's folders may hold packages of the same names.
prepend_app_path()

telemetry = Telemetry.from_env(os.environ)
handler = LifespanAdapter(
    telemetry.traced(load_app(os.environ["LAB_APP"])),
    placement=placement_from(os.environ),
    observe=telemetry.observe,
    after_response=telemetry.after_response,
)
