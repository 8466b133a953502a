"""What `--help` of the lab says beside its options."""

from typing import Final

from telemetry.lab.run.failures import IN_A_ROW

DESCRIPTION: Final = """\
A local Lambda that measures a function, without AWS and without Docker. Each
execution environment is a process of the real AWS Lambda runtime client. The
lab serves it a Runtime API on 127.0.0.1, sends it API Gateway events, and
writes what the function prints, with the report lines that Lambda would add, to
a file of records. `python -m telemetry.report` turns these into a verdict.

With several placements, environments of all of them run in random order and get
the same events: they differ in nothing but when the lifespan's startup runs.

INIT runs as fast as this machine can, and requests get the CPU that Lambda gives
them: memory / 1769 of a core, 0.58 at 1024 MB. Processes are stopped when they
have used up their share of a period of 20 ms, and go on with the next one. How
exactly that works here is measured as the run begins.

With --arrivals, requests come as traffic does, to several environments at once,
which are started when all others are busy and ended when they are idle or old,
so that cold starts happen as they would. Only as many environments are at work
as there are cores to give each its share; who comes then waits, which is no
part of any measured time, and the summary says how often. Placements are dealt
to new environments, and all of them share one pool, as in an experiment on
Lambda: that tells what requests take in each, not how many cold starts each of
them makes.
"""
EXAMPLES: Final = f"""\
examples:
  this project with its table, a quick look (too small for a verdict):
    python -m telemetry.lab --quick \\
        --table events/tickets-table.json --env TICKETS_TABLE=tickets \\
        --event events/read-ticket.json
  what does a startup in every request cost, and one in the first request?
    python -m telemetry.lab --placement init every_invocation first_invocation \\
        --table events/tickets-table.json --env TICKETS_TABLE=tickets \\
        --event events/read-ticket.json=9 events/create-ticket.json
  the same as soon as it is precise enough, and with two environments at once:
    python -m telemetry.lab --placement init every_invocation first_invocation \\
        --precision 5% --invocations 12,every_invocation=3 --at-once 2 ...
  any other ASGI app, from any folder:
    python -m telemetry.lab --app shop.main:app --app-dir ../shop/src \\
        --placement init every_invocation
  an existing app in its own environment, to which nothing is added but the
  runtime client (awslambdaric); the attribute may be a factory:
    python -m telemetry.lab --python ../shop/.venv/bin/python \\
        --app shop.main:create_app --app-dir ../shop --env DATABASE_URL=... \\
        --placement init every_invocation
  the handler that is deployed today, whose own Mangum writes no records:
    python -m telemetry.lab --python ../shop/.venv/bin/python --app-dir ../shop \\
        --handler main.handler --without-records --out before.jsonl
  what `sam build` made, before it is deployed:
    python -m telemetry.lab --artifact .aws-sam/build/Function \\
        --table ... --env ... --event ...
  what does more memory buy?
    python -m telemetry.lab --app shop.main:app --memory 512 1024 1769
  ten minutes of traffic, with cold starts as they would happen:
    python -m telemetry.lab --app shop.main:app --arrivals poisson:1/s --for 10min
  a day that was recorded, in one hour; an idle time and a greatest age stated:
    python -m telemetry.lab --app shop.main:app --arrivals yesterday.jsonl \\
        --time-lapse 24 --pool idle=630s,age=4h
  environments that Lambda started ahead of time:
    python -m telemetry.lab --app shop.main:app --idle 12
    python -m telemetry.lab --app shop.main:app --init-type provisioned-concurrency
  the same plan on Lambda, on a stack that was deployed to be measured:
    python -m telemetry.lab --stack shop-measure --help
  what would copies of a SnapStart snapshot share, or find dead?
    python -m telemetry.lab --app shop.main:app --init-type snap-start --quick

With --init-type snap-start each environment runs an INIT of its own up to the
snapshot, then goes on as a restored copy: the runtime client calls the hooks
before the snapshot and those after the restore, and the latter have 10 s, as on
Lambda. Connections that are open at the snapshot are closed there, since no copy
has them. Before the run, one process is compared with what it was at the
snapshot: random generators, UUIDs and other drawn values, times that were taken,
connections and timers that are still the same are listed with the names that
lead to them. Not shown: how long Lambda takes to restore a snapshot, and what
else differs in the memory of a second copy.

On Python 3.11 the function is told that it runs on Lambda's Python 3.12, the
first version in which SIGTERM reaches it.

The function inherits none of your environment variables (--env gives it some)
and gets a HOME of its own, which does not exist, as on Lambda. A run stops
early, and says why, if no request of the warm-up gets a 2xx response, or {IN_A_ROW} in
a row do not; the first failing response is shown with its traceback. If it
is a 404, 405 or 406, an event that would reach the app is shown, too.

exit codes: 0 done, 1 the function failed, wrote no records or ignored its
placement, 2 the command line is wrong or the function cannot be imported, 130
stopped by Ctrl-C
"""
