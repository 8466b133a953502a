"""Lambda's text lines as AWS's documentation and its tools show them, and what is none of them."""

import pytest

from telemetry.report.read.platform.events import PlatformInit, PlatformReport, PlatformRestore, PlatformStart
from telemetry.report.read.platform.text_lines import event_from_text

FIGURES = "Duration: 12.34 ms\tBilled Duration: 913 ms\tMemory Size: 512 MB\tMax Memory Used: 130 MB"
REPORT = f"REPORT RequestId: 8f5e\t{FIGURES}"


@pytest.mark.parametrize(
    ("line", "event"),
    [
        (
            f"{REPORT}\tInit Duration: 900.12 ms\t",
            PlatformReport("8f5e", 12.34, 913, 512, 130, init_ms=900.12),
        ),
        (
            f"{REPORT}\tRestore Duration: 410.00 ms\tBilled Restore Duration: 280 ms\t",
            PlatformReport("8f5e", 12.34, 913, 512, 130, restore_ms=410, billed_restore_ms=280),
        ),
        (f"{REPORT}\tStatus: timeout", PlatformReport("8f5e", 12.34, 913, 512, 130, status="timeout")),
        (
            f"{REPORT}\tStatus: error\tError Type: Runtime.ExitError",
            PlatformReport("8f5e", 12.34, 913, 512, 130, status="error", error_type="Runtime.ExitError"),
        ),
        (f"{REPORT}\t\nXRAY TraceId: 1-5d\tSegmentId: 3\t", PlatformReport("8f5e", 12.34, 913, 512, 130)),
        (f"{REPORT}\tXRAY TraceId: 1-5d\tSegmentId: 3\t", PlatformReport("8f5e", 12.34, 913, 512, 130)),
        (REPORT.replace("\t", " "), PlatformReport("8f5e", 12.34, 913, 512, 130)),
        (
            "REPORT RequestId: 8f5e\tInit Duration: 0.04 ms\tDuration: 1.00 ms",  # sam local
            PlatformReport("8f5e", 1, init_ms=0.04),
        ),
        ("START RequestId: 8f5e Version: $LATEST", PlatformStart("8f5e", "$LATEST")),
        (
            "INIT_REPORT Init Duration: 9999.79 ms\tPhase: init\tStatus: timeout",
            PlatformInit(9999.79, "init", "timeout"),
        ),
        (
            "INIT_REPORT Init Duration: 0.61 ms\tPhase: invoke\tStatus: error\tError Type: Runtime.Unknown",
            PlatformInit(0.61, "invoke", "error", error_type="Runtime.Unknown"),
        ),
        ("INIT_REPORT Init Duration: 9908.09 ms", PlatformInit(9908.09)),
        ("RESTORE_REPORT Restore Duration: 204.27 ms", PlatformRestore(204.27)),
        ("RESTORE_REPORT Restore Duration: 1.04 ms Status: timeout", PlatformRestore(1.04, "timeout")),
    ],
)
def test_line_is_read(line: str, event: object) -> None:
    assert event_from_text(line.encode()) == event


@pytest.mark.parametrize(
    "line",
    [
        f"x {REPORT}",
        f"{REPORT} said the caller",
        f"{REPORT}\tDuration: 1.00 ms",
        REPORT.replace("12.34", "-1"),
        REPORT.replace("12.34", "1e300"),
        REPORT.replace("12.34", "9" * 400),
        REPORT.replace("12.34", "99999999.9"),
        REPORT.replace("12.34", "NaN"),
        REPORT.replace("512 MB", "0 MB"),
        "REPORT RequestId: 8f5e",
        "REPORT RequestId: \x1b[31m\tDuration: 1.00 ms",
        f"{REPORT}\tStatus: sleepy",
        "START RequestId: 8f5e",
        "INIT_REPORT Phase: init",
        "RESTORE_REPORT Init Duration: 1.00 ms",
    ],
)
def test_t1_other_text_is_no_platform_line(line: str) -> None:
    assert event_from_text(line.encode()) is None
