"""Reads deployments and logs from AWS, and changes nothing; only if a stack or log group is named."""
