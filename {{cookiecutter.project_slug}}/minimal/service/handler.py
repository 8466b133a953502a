"""The Lambda handler: the one place where app, adapter and telemetry meet."""

import os

from adapter import LifespanAdapter
from service.app import app
from telemetry import Telemetry

telemetry = Telemetry.from_env(os.environ)
handler = LifespanAdapter(telemetry.traced(app), **telemetry.hooks)
