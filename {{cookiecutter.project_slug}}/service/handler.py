"""The Lambda handler: the one place where app, adapter and telemetry meet."""

import os

from adapter import LifespanAdapter
from service.app import create_app
from telemetry import Telemetry

telemetry = Telemetry.from_env(os.environ)
telemetry.configure_logs()  # the service logs with structlog
app = create_app(os.environ, count=telemetry.count)
handler = LifespanAdapter(telemetry.traced(app), **telemetry.hooks)
