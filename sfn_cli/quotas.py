"""AWS's limits as named constants: AWS, and sfn as well, refuses or truncates what exceeds them.

Step Functions: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
Lambda: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
CloudWatch Logs: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html

sfn's own limits, on time, depth and memory, are beside the code that they protect. So are those
that functions/bootstrap.py needs: it runs without the rest of sfn.
"""

from __future__ import annotations

# Step Functions: state machines
# https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html

STATE_NAME_CHARACTERS = 80
VARIABLE_NAME_CHARACTERS = 80
MAP_LABEL_CHARACTERS = 40

DIAGNOSTICS = 100
"""The maximum number of problems of a definition in one answer."""

TAGS = 50
"""Tags of one resource of any service.

https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html
"""

PAGE_ITEMS = 1000
DEFAULT_PAGE_ITEMS = 100

# Step Functions: executions

HISTORY_EVENTS = 25_000
"""Events in the history of a STANDARD execution."""

PAYLOAD_BYTES = 262_144
"""The input or output of a state, a task or an execution, as UTF-8."""

VARIABLES_BYTES = 10 * 1024 * 1024
"""The values of all variables of an execution, as UTF-8."""

STANDARD_SECONDS = 365 * 24 * 60 * 60
EXPRESS_SECONDS = 5 * 60
"""The maximum duration of an execution, by its type."""

TEST_STATE_SECONDS = 5 * 60
"""https://docs.aws.amazon.com/step-functions/latest/dg/test-state-isolation.html"""

ACTIVITY_POLL_SECONDS = 60
"""The time that GetActivityTask waits for a task."""

WAIT_SECONDS = 99_999_999
"""The longest Seconds of a Wait state. https://states-language.net/#wait-state"""

NAME_REUSE_SECONDS = 90 * 24 * 60 * 60
"""The time after the end of a STANDARD execution in which its name cannot be used again.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
"""

REDRIVES = 1_000
REDRIVABLE_SECONDS = 14 * 24 * 60 * 60
"""The time after its end in which an execution can be redriven.

https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
"""

REPORTED_DATA_BYTES = 248 * 1024
"""Input and output in a status change event or a log line, as JSON text; longer text is cut.

In an event, it is left out.

https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
"""

INTRINSIC_RANGE_ITEMS = 1_000
INTRINSIC_TEXT_CHARACTERS = 10_000
"""https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html"""

# Lambda

INVOKE_BYTES = 6_291_456
INVOKE_EVENT_BYTES = 1_048_576
"""The payload of an asynchronous invocation."""

UNZIPPED_CODE_BYTES = 262_144_000
FUNCTION_PAGE_ITEMS = 50

MAPPING_FILTERS = 10
"""Patterns of one event source mapping, as Lambda grants it on request; the default is 5."""

# EventBridge
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html

RULE_TARGETS = 5
PUT_EVENTS_ENTRIES = 10
PUT_EVENTS_BYTES = 256 * 1024

# CloudWatch Logs
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html

LOG_EVENT_BYTES = 256 * 1024
PUT_LOG_BYTES = 1_048_576
LOG_EVENT_OVERHEAD_BYTES = 26
"""The size of each event in a PutLogEvents in addition to its message."""

LOG_FUTURE_SECONDS = 2 * 60 * 60
LOG_PAST_SECONDS = 14 * 24 * 60 * 60
LOG_PAGE_EVENTS = 10_000
LOG_GROUP_PAGE_ITEMS = 50
