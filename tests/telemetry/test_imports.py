"""What telemetry costs at import: nothing heavy, and nothing that the artifact does not hold."""

import json
import subprocess
import sys

HEAVY = [
    "aws_lambda_powertools",
    "aws_xray_sdk",
    "boto3",
    "botocore",
    "fastapi",
    "google.protobuf",
    "importlib.metadata",
    "mangum",
    "msgspec",
    "numpy",
    "opentelemetry.exporter",
    "opentelemetry.proto",
    "opentelemetry.sdk",
    "psutil",
    "requests",
    "rich",
    "starlette",
    "urllib3",
]

# rich and psutil are no part of the artifact, and libraries look for them: so they are hidden here as well.
# The adapter's package is replaced by its two files of contracts: what it imports is not telemetry's doing.
PROGRAM = """
import json, sys, types
sys.modules["rich"] = sys.modules["psutil"] = None
adapter = types.ModuleType("adapter")
adapter.__path__ = ["adapter"]
sys.modules["adapter"] = adapter
from telemetry.pipeline import Telemetry
print(json.dumps(sorted(name for name, module in sys.modules.items() if module is not None)))
Telemetry.from_env({"AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:2000"}, write=lambda line: None)
print(json.dumps(sorted(name for name, module in sys.modules.items() if module is not None)))
"""


def imported() -> tuple[list[str], list[str]]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], check=True, timeout=60, capture_output=True, text=True
    )
    first, second = map(json.loads, done.stdout.splitlines())
    return first, second


def within(names: list[str], packages: list[str]) -> list[str]:
    return [
        name
        for name in names
        if any(name == package or name.startswith(f"{package}.") for package in packages)
    ]


def test_init_imports_nothing_heavy() -> None:
    at_import, built = imported()
    assert within(at_import, HEAVY) == []
    assert within(built, HEAVY) == []
