"""The Lambda handler of a cold process: one app through one stack, as the environment names them."""

import os

from bench.apps import APPS
from bench.stacks import STACKS

handler = STACKS[os.environ["BENCH_STACK"]].build(APPS[os.environ["BENCH_APP"]]())
