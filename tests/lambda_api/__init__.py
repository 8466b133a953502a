"""A test double of the Lambda API on 127.0.0.1, and tests that it is as strict as Lambda.

moto has the control plane, `telemetry.lab.platform` runs the functions, and what is here makes moto stricter.
`python -m tests.lambda_api` serves it; tests use `tests.lambda_api.loopback.lambda_api`.
"""
