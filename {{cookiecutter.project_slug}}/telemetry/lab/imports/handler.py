"""The Lambda handler of `imports`: the adapter around an app, without telemetry, whose code would run too."""

import os

from adapter import LifespanAdapter
from telemetry.lab.app.target import find_app, prepend_app_path
from telemetry.lab.imports.planned_code import install_plan
from telemetry.lab.imports.watch import watched

prepend_app_path()
install_plan(os.environ)

handler = watched(LifespanAdapter(find_app(os.environ["LAB_APP"]).app))
