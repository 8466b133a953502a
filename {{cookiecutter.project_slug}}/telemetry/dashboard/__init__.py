"""The CloudWatch dashboard, made of the same definitions as the metrics. Ships to no function."""
