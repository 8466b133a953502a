"""What `--help` teaches below the options."""

from typing import Final

TEACHING: Final = """\
what it reads
  Records, JSON objects of one line each, as the function writes them to stdout, with or without Lambda's own
  lines in either log format. Files and folders, gzipped or not, in any of these shapes:
    plain lines, with the prefixes of aws logs tail, sam logs, docker logs, CloudWatch's console, S3 exports
    the JSON of aws logs filter-log-events, get-log-events, get-query-results, sam logs --output json
    the CSV of Logs Insights and of CloudWatch's console (with the column @message, or message)
    documents of subscriptions (Firehose, Kinesis, Lambda), Docker's json-file, Telemetry API batches
  Lines that are not records are counted and skipped. Records may come in any order; a request that comes
  twice counts once.
  From AWS, whole hours are downloaded once and kept in a cache, so an interrupted download continues where it
  stopped. --engine insights lets CloudWatch sum up the requests of each environment, for logs that are too
  large to download.

what it says
  The first sentence says what keeping the lifespan saves per request, compared with what, with a 95 %
  interval, and where that was measured. "No difference that matters" means that the interval is within the
  smallest size that matters (--smallest). "No difference seen" means that it covers 0. "Cannot tell yet"
  means that an arm has fewer than about 20 environments, and is followed by how many more are needed. A
  difference "decides" only where chance assigned the arms, the declared size is reached, and failures do not
  differ.

  A lab run of several memory sizes or init types is shown by configuration, with intervals that hold all at
  once, dollars, and which one to take (--prefer).

arms
{arms}

examples
  python -m telemetry.lab --placement init every_invocation --out records.jsonl
  python -m telemetry.report records.jsonl --html report.html --json verdict.json
  python -m telemetry.report logs/ more.json.gz
  python -m telemetry.report run.jsonl --prefer cost --cold-share 0.5% --beside lab.jsonl
  aws logs tail /aws/lambda/support-tickets --since 7d | python -m telemetry.report -
  python -m telemetry.report --stack support-tickets --since 7d
  python -m telemetry.report --log-group /aws/lambda/support-tickets --since 30d --engine insights

other commands
  python -m telemetry.report plan ...      how many environments and days a given precision takes
  python -m telemetry.report compare ...   what changed between two runs
  python -m telemetry.report doctor ...    whether a deployment is set up to be measured

exit codes
  0  a verdict was printed, "cannot tell yet" included
  2  nothing to judge: a missing file, no records in it, or options that do not fit together
  3  a condition of --fail-if is certainly so, or with --strict may be
  130  stopped by Ctrl-C
"""
PLAN: Final = """\
Records of what runs now, of one arm or of several, tell how much requests and environments differ, and how
many environments start in a day. The number of environments follows from that: see docs/measurement.md.
Before there are any records, --per-second says what your traffic starts in a day.

examples
  python -m telemetry.report plan --per-second 3 --request-ms 120
  python -m telemetry.report plan records.jsonl --precision 5
  python -m telemetry.report plan --stack support-tickets --since 7d --precision 2%
"""
DOCTOR: Final = """\
what it looks at
  The stack, the function and its aliases: state, log levels and format, log class, placement, experiment,
  concurrency, tracing, and the timeout beside what an API waits for.
  Records and Lambda's own lines since --since: whether startups complete, how many requests timed out,
  crashed or were cut, and how near startup, INIT and memory are to their limits. INIT has 10 s; where no
  request waits for it (provisioned concurrency, SnapStart, managed instances) 130 s, or the timeout if that
  is longer.

what it says
  One line for each: ok, look (it works, and you should know) or broken, with what was found and what to do.
  What records say is of all that was written since --since: after a repair look at the time since then.

permissions, for it reads and changes nothing
  cloudformation: DescribeStacks, ListStackResources    logs: DescribeLogGroups, FilterLogEvents
  lambda: GetFunctionConfiguration, GetFunctionConcurrency, ListAliases, GetProvisionedConcurrencyConfig

examples
  python -m telemetry.report doctor --stack support-tickets
  python -m telemetry.report doctor --stack shop --service orders --since 3h

exit codes
  0  nothing is broken
  1  something is
  2  it could not be examined
"""
COMPARE: Final = """\
what it says
  Every number that both runs have, and the change, with an interval where both were measured on one kind of
  machine. It is no experiment: whatever else changed is in the numbers too, so nothing is decided by it.
  A log without records, as from before this adapter came, is compared by the platform's own lines.

example
  python -m telemetry.lab --out before.jsonl    # at one commit
  python -m telemetry.lab --out after.jsonl     # at another
  python -m telemetry.report compare before.jsonl after.jsonl

exit codes
  0  compared
  2  not usable: the message says why
"""
