"""Serve the double until it is ended: `python -m tests.lambda_api`; it writes its address first."""

import asyncio
import sys

from tests.lambda_api.options import Options
from tests.lambda_api.server import serve

if __name__ == "__main__":
    asyncio.run(serve(Options.parse(sys.argv[1:])))
