"""The lines of a log as AWS's tools, Docker and CloudWatch hand them over."""

import base64
import csv
import gzip
import io
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

STREAM = "2026/11/24/[$LATEST]0123456789abcdef0123456789abcdef"
GROUP = "/aws/lambda/tickets"
START_MS = 1_760_000_000_123
Lines = Sequence[str]


def _iso(number: int, timespec: str = "milliseconds") -> str:
    return datetime.fromtimestamp((START_MS + number) / 1000, UTC).isoformat(timespec=timespec)


def _events(lines: Lines, **more: Any) -> list[dict[str, Any]]:
    return [
        {"logStreamName": STREAM, "timestamp": START_MS + number, "message": line + "\n",
         "ingestionTime": START_MS + number + 500, "eventId": f"{number:056d}", **more}
        for number, line in enumerate(lines)
    ]  # fmt: skip


def bare(lines: Lines) -> bytes:
    return "".join(line + "\n" for line in lines).encode()


def filtered(lines: Lines) -> bytes:
    """`aws logs filter-log-events`."""
    return json.dumps({"events": _events(lines), "searchedLogStreams": []}, indent=4).encode()


def pages(lines: Lines) -> bytes:
    """The same with `--no-paginate`, page by page into one file."""
    half = len(lines) // 2
    return filtered(lines[:half]) + b"\n" + filtered(lines[half:])


def stream_events(lines: Lines) -> bytes:
    """`aws logs get-log-events`."""
    events = [
        {key: event[key] for key in ("timestamp", "message", "ingestionTime")} for event in _events(lines)
    ]
    return json.dumps({"events": events, "nextForwardToken": "f/1", "nextBackwardToken": "b/1"}).encode()


def each_event(lines: Lines) -> bytes:
    """`jq -c .events[]`, and `sam logs --output json`."""
    return bare([json.dumps(event) for event in _events(lines)])


def each_event_pretty(lines: Lines) -> bytes:
    """`jq .events[]`."""
    return bare([json.dumps(event, indent=2) for event in _events(lines)])


def events_as_text(lines: Lines) -> bytes:
    """`aws logs filter-log-events --output text`."""
    return "".join(
        f"EVENTS\t{one['eventId']}\t{one['ingestionTime']}\t{STREAM}\t{one['message']}\t{one['timestamp']}\n"
        for one in _events(lines)
    ).encode()


def messages_as_text(lines: Lines) -> bytes:
    """The same with `--query events[].message`."""
    return "\t".join(line + "\n" for line in lines).encode()


def tailed(lines: Lines) -> bytes:
    """`aws logs tail`."""
    return bare([f"{_iso(n, 'microseconds')} {STREAM} {line}" for n, line in enumerate(lines)])


def tailed_short(lines: Lines) -> bytes:
    return bare([f"{_iso(n, 'seconds').removesuffix('+00:00')} {line}" for n, line in enumerate(lines)])


def tailed_json(lines: Lines) -> bytes:
    return bare([f"{_iso(n)} {STREAM} {_pretty(line, 4, chr(10))}" for n, line in enumerate(lines)])


def tailed_in_colour(lines: Lines) -> bytes:
    return bare([f"\x1b[32m{_iso(n)}\x1b[0m \x1b[36m{STREAM}\x1b[0m {line}" for n, line in enumerate(lines)])


def sam(lines: Lines) -> bytes:
    """`sam logs`, which spreads JSON over lines."""
    return bare(
        [f"{STREAM} {_iso(n).removesuffix('+00:00')} {_pretty(line, 2)}" for n, line in enumerate(lines)]
    )


def _pretty(line: str, indent: int, before: str = "") -> str:
    try:
        return before + json.dumps(json.loads(line), indent=indent)
    except ValueError:
        return line


def to_s3(lines: Lines) -> bytes:
    """`aws logs create-export-task`."""
    return gzip.compress(bare([f"{_iso(n).replace('+00:00', 'Z')} {line}" for n, line in enumerate(lines)]))


def console(lines: Lines) -> bytes:
    return bare([f"{_iso(n).replace('+00:00', 'Z')}\t{line}" for n, line in enumerate(lines)])


def _subscribed(lines: Lines) -> bytes:
    events = [
        {key: one[key] for key in ("timestamp", "message")} | {"id": one["eventId"]} for one in _events(lines)
    ]
    return json.dumps(
        {"messageType": "DATA_MESSAGE", "owner": "123456789012", "logGroup": GROUP, "logStream": STREAM,
         "subscriptionFilters": ["all"], "logEvents": events},
        separators=(",", ":"),
    ).encode()  # fmt: skip


def _tens(lines: Lines) -> list[Lines]:
    return [lines[at : at + 10] for at in range(0, len(lines), 10)]


CONTROL = (
    b'{"messageType":"CONTROL_MESSAGE","owner":"CloudwatchLogs","logGroup":"","logStream":"","logEvents":[]}'
)


def firehose(lines: Lines) -> bytes:
    return b"".join([CONTROL, *map(_subscribed, _tens(lines))])


def firehose_lines(lines: Lines) -> bytes:
    return b"\n".join(map(_subscribed, _tens(lines)))


def firehose_gzipped(lines: Lines) -> bytes:
    return b"".join(gzip.compress(_subscribed(ten)) for ten in _tens(lines))


def firehose_gzipped_twice(lines: Lines) -> bytes:
    return gzip.compress(firehose_gzipped(lines))


def lambda_event(lines: Lines) -> bytes:
    """What a subscription hands to a function, logged one per line."""
    return b"\n".join(
        json.dumps({"awslogs": {"data": base64.b64encode(gzip.compress(_subscribed(ten))).decode()}}).encode()
        for ten in _tens(lines)
    )


def kinesis_event(lines: Lines) -> bytes:
    records = [
        {"kinesis": {"data": base64.b64encode(gzip.compress(_subscribed(ten))).decode()}}
        for ten in _tens(lines)
    ]
    return json.dumps({"Records": records}).encode()


def insights_json(lines: Lines) -> bytes:
    """`aws logs get-query-results`."""
    rows = [
        [{"field": "@timestamp", "value": _iso(n).replace("T", " ").removesuffix("+00:00")},
         {"field": "@message", "value": line}, {"field": "@logStream", "value": STREAM},
         {"field": "@log", "value": f"123456789012:{GROUP}"}, {"field": "@ptr", "value": "C"}]
        for n, line in enumerate(lines)
    ]  # fmt: skip
    return json.dumps({"results": rows, "statistics": {"recordsMatched": 1.0}, "status": "Complete"}).encode()


def insights_objects(lines: Lines) -> bytes:
    """The console's download of a query, in JSON."""
    rows = [{"@timestamp": _iso(n), "@message": line, "@logStream": STREAM} for n, line in enumerate(lines)]
    return json.dumps(rows, indent=2).encode()


def insights_csv(lines: Lines) -> bytes:
    """The console's download of a query."""
    made = io.StringIO()
    table = csv.writer(made)
    table.writerow(["@timestamp", "@message", "@logStream"])
    table.writerows([_iso(n), line + "\n", STREAM] for n, line in enumerate(lines))
    return made.getvalue().encode()


def events_csv(lines: Lines) -> bytes:
    """The console's download of a log stream."""
    made = io.StringIO()
    table = csv.writer(made)
    table.writerow(["timestamp", "message"])
    table.writerows([START_MS + n, line] for n, line in enumerate(lines))
    return made.getvalue().encode()


def docker(lines: Lines) -> bytes:
    """Docker's json-file, which cuts lines after 16 KB; here much sooner."""
    pieces = [piece for line in lines for piece in (line[:300], line[300:] + "\n")]
    return bare([json.dumps({"log": piece, "stream": "stdout", "time": _iso(0)}) for piece in pieces])


def docker_compose(lines: Lines) -> bytes:
    return bare([f"app-1  | {line}" for line in lines])


def telemetry_api(lines: Lines) -> bytes:
    """Batches as an extension gets them."""
    return bare([json.dumps([_telemetry(line) for line in ten]) for ten in _tens(lines)])


def _telemetry(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        found = {}
    return found if "type" in found else {"time": _iso(0), "type": "function", "record": line + "\n"}


def pretty_records(lines: Lines) -> bytes:
    """`jq . records.jsonl`."""
    return bare([_pretty(line, 2) for line in lines])


def listed_records(lines: Lines) -> bytes:
    """`jq -s . records.jsonl`."""
    return json.dumps([json.loads(line) for line in lines], indent=2).encode()


def windows(lines: Lines) -> bytes:
    """PowerShell's `>`."""
    return bare(lines).decode().replace("\n", "\r\n").encode("utf-16")


def marked(lines: Lines) -> bytes:
    return b"\xef\xbb\xbf" + bare(lines).replace(b"\n", b"\r\n")


def gzipped(lines: Lines) -> bytes:
    half = len(lines) // 2
    return gzip.compress(bare(lines[:half])) + gzip.compress(bare(lines[half:]))


SHAPES: Mapping[str, Callable[[Lines], bytes]] = {
    made.__name__: made
    for made in (
        bare, filtered, pages, stream_events, each_event, each_event_pretty, events_as_text, messages_as_text,
        tailed, tailed_short, tailed_json, tailed_in_colour, sam, to_s3, console, firehose, firehose_lines,
        firehose_gzipped, firehose_gzipped_twice, lambda_event, kinesis_event, insights_json,
        insights_objects, insights_csv,
        events_csv, docker, docker_compose, telemetry_api, pretty_records, listed_records, windows, marked,
        gzipped,
    )
}  # fmt: skip
JSON_ONLY = frozenset({"telemetry_api", "pretty_records", "listed_records"})
