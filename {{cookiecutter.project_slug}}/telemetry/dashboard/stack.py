"""Names of template.yaml that the dashboard refers to."""

from typing import Final

SERVICE_NAME: Final = "${ServiceName}"
NAMESPACE: Final = "${MetricsNamespace}"
FUNCTION: Final = "${Function}"
API: Final = "${Api}"
LOG_GROUP: Final = "${LogGroup}"
STACK: Final = "${AWS::StackName}"
REGION: Final = "${AWS::Region}"

ALARMS: Final = (
    "ServerErrorsAlarm",
    "FunctionErrorsAlarm",
    "ThrottlesAlarm",
    "DurationAlarm",
    "StartupAlarm",
    "StateAlarm",
    "LifespanFailureAlarm",
    "LifespanDeathAlarm",
)
ARM_ALARMS: Final = ("InitArmAlarm", "FirstInvocationArmAlarm", "EveryInvocationArmAlarm")
FAILED_REQUESTS: Final = "FailedRequests"
"""Counted from the records by a metric filter, while an experiment runs."""

# Conditions
HTTP_API: Final = "HttpApiOn"
EXPERIMENT: Final = "ExperimentOn"
PROVISIONED: Final = "Provisioned"
