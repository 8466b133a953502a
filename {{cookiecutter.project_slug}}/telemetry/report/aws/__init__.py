"""Where the report speaks to AWS: read only, and only when a stack or a log group is named."""
