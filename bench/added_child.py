"""A process that tells what a stack adds to an INIT: `python -m bench.added_child STACK on|off`.

The runtime client, Mangum and FastAPI are there already, as they are without us. `off` keeps the garbage
collector from running meanwhile: a full collection of what FastAPI has made takes longer than all of ours,
and falls into one import or another by the number of objects that were made before.
"""

import gc
import json
import os
import sys
import time

import awslambdaric.bootstrap  # noqa: F401 - see the module
from mangum import Mangum

from bench.apps import fastapi
from bench.stacks import STACKS

app = fastapi()
Mangum(app)
if sys.argv[2] == "off":
    gc.disable()
import bench.marker  # noqa: E402, F401 - what comes after it is ours

wall, cpu = time.perf_counter_ns(), time.process_time_ns()
STACKS[sys.argv[1]].build(app)
taken = {"ms": (time.perf_counter_ns() - wall) / 1e6, "cpu_ms": (time.process_time_ns() - cpu) / 1e6}
sys.stderr.write(json.dumps(taken))
sys.stderr.flush()
os._exit(0)  # the end of the process sends spans, which is no part of INIT
