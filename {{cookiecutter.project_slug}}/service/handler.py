"""The Lambda handler: the one place where app, adapter and telemetry meet."""

import os

from adapter import LifespanAdapter
from adapter.placement import placement_from
from service.app import create_app
from telemetry.pipeline import Telemetry

telemetry = Telemetry.from_env(os.environ)
app = create_app(os.environ, count=telemetry.count)
handler = LifespanAdapter(
    telemetry.traced(app),
    placement=placement_from(os.environ),
    observe=telemetry.observe,
    after_response=telemetry.after_response,
)
