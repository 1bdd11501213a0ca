"""The state machines, other than the examples, whose executions `tests.views.record` records."""

from __future__ import annotations

from typing import Any

FUNCTIONS = {
    "Price": (
        'PRICES = {"tea": 4, "milk": 2}\n\n\n'
        "def handler(event, context):\n"
        '    print(f"looking up {event}")\n'
        "    return price_of(event)\n\n\n"
        "def price_of(line):\n"
        '    return {"price": PRICES[line["article"]] * line["count"]}\n'
    ),
    "Fetch": (
        "class NotFound(Exception):\n"
        '    """There is no such page."""\n\n\n'
        "def handler(event, context):\n"
        "    if event % 23 == 0:\n"
        '        raise NotFound(f"page {event} does not exist")\n'
        "    return event\n"
    ),
    "Send": "def handler(event, context):\n    return None\n",
}
"""The source of each function: its app.py."""

_INVOKE = "arn:aws:states:::lambda:invoke"


def _lambda(name: str, **fields: Any) -> dict[str, Any]:
    return {
        "Type": "Task",
        "Resource": _INVOKE,
        "Parameters": {"FunctionName": name, "Payload.$": "$"},
        "OutputPath": "$.Payload",
        **fields,
    }


def _activity(name: str, **fields: Any) -> dict[str, Any]:
    return {"Type": "Task", "Resource": f"arn:aws:states:us-east-1:123456789012:activity:{name}", **fields}


def _question(**fields: Any) -> dict[str, Any]:
    parameters = {"FunctionName": "Send", "Payload": {"token.$": "$$.Task.Token"}}
    return {"Type": "Task", "Resource": f"{_INVOKE}.waitForTaskToken", "Parameters": parameters, **fields}


ACTIVITIES = ("pack", "book")

NESTED_MAP: dict[str, Any] = {
    "Comment": "Prices the lines of orders; one article has no price.",
    "StartAt": "ReadOrders",
    "States": {
        "ReadOrders": {"Type": "Pass", "Next": "EachOrder"},
        "EachOrder": {
            "Type": "Map",
            "ItemsPath": "$.orders",
            "MaxConcurrency": 1,
            "ItemProcessor": {
                "StartAt": "HasLines",
                "States": {
                    "HasLines": {
                        "Type": "Choice",
                        "Choices": [{"Variable": "$.lines[0]", "IsPresent": True, "Next": "EachLine"}],
                        "Default": "NothingToDo",
                    },
                    "NothingToDo": {"Type": "Succeed"},
                    "EachLine": {
                        "Type": "Map",
                        "ItemsPath": "$.lines",
                        "MaxConcurrency": 2,
                        "ItemProcessor": {
                            "StartAt": "Price",
                            "States": {
                                "Price": _lambda(
                                    "Price",
                                    Retry=[
                                        {"ErrorEquals": ["KeyError"], "IntervalSeconds": 2, "MaxAttempts": 1}
                                    ],
                                    End=True,
                                )
                            },
                        },
                        "End": True,
                    },
                },
            },
            "Next": "Total",
        },
        "Total": {"Type": "Pass", "End": True},
    },
}

NESTED_MAP_INPUT: Any = {
    "orders": [
        {"id": "A-1", "lines": [{"article": "tea", "count": 2}, {"article": "milk", "count": 1}]},
        {"id": "A-2", "lines": []},
        {"id": "A-3", "lines": [{"article": "tea", "count": 1}, {"article": "caviar", "count": 1}]},
        {"id": "A-4", "lines": [{"article": "milk", "count": 6}]},
    ]
}

MAP_RUNNING: dict[str, Any] = {
    "StartAt": "EachPage",
    "States": {
        "EachPage": {
            "Type": "Map",
            "MaxConcurrency": 8,
            "ItemProcessor": {
                "StartAt": "Fetch",
                "States": {
                    "Fetch": {
                        "Type": "Task",
                        "Resource": "arn:aws:lambda:us-east-1:123456789012:function:Fetch",
                        "Catch": [{"ErrorEquals": ["NotFound"], "ResultPath": None, "Next": "Skip"}],
                        "End": True,
                    },
                    "Skip": {"Type": "Pass", "End": True},
                },
            },
            "End": True,
        }
    },
}

_CALLBACK_ARN = "arn:aws:states:us-east-1:123456789012:stateMachine:Callback"

CALLBACK: dict[str, Any] = {
    "StartAt": "Ask",
    "States": {
        "Ask": {
            "Type": "Task",
            "Resource": f"{_INVOKE}.waitForTaskToken",
            "Parameters": {
                "FunctionName": "Send",
                "Payload": {"question.$": "$.question", "token.$": "$$.Task.Token"},
            },
            "HeartbeatSeconds": 86400,
            "Next": "Done",
        },
        "Done": {"Type": "Succeed"},
    },
}

WAITING: dict[str, Any] = {
    "Comment": "Each branch waits for something else.",
    "StartAt": "All",
    "States": {
        "All": {
            "Type": "Parallel",
            "Branches": [
                {
                    "StartAt": "Answer",
                    "States": {"Answer": _question(End=True)},
                },
                {"StartAt": "Pack", "States": {"Pack": _activity("pack", End=True)}},
                {
                    "StartAt": "UntilMonday",
                    "States": {
                        "UntilMonday": {
                            "Type": "Wait",
                            "Timestamp": "2099-12-07T09:00:00Z",
                            "End": True,
                        }
                    },
                },
                {
                    "StartAt": "Ship",
                    "States": {
                        "Ship": {
                            "Type": "Task",
                            "Resource": "arn:aws:states:::states:startExecution.sync:2",
                            "Parameters": {
                                "StateMachineArn": _CALLBACK_ARN,
                                "Name": "shipment-1",
                                "Input": {"question": "Which door?"},
                            },
                            "End": True,
                        }
                    },
                },
                {
                    "StartAt": "TryAgain",
                    "States": {
                        "TryAgain": _lambda(
                            "Price",
                            Retry=[
                                {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 7200, "MaxAttempts": 5}
                            ],
                            End=True,
                        )
                    },
                },
            ],
            "End": True,
        }
    },
}

REDRIVEN: dict[str, Any] = {
    "StartAt": "Plan",
    "States": {
        "Plan": {"Type": "Pass", "Result": {"city": "Oslo"}, "Next": "Book"},
        "Book": {
            "Type": "Parallel",
            "Branches": [
                {
                    "StartAt": "Hotel",
                    "States": {"Hotel": _activity("book", End=True)},
                },
                {
                    "StartAt": "Flight",
                    "States": {"Flight": {"Type": "Wait", "Seconds": 864000, "End": True}},
                },
                {
                    "StartAt": "Insurance",
                    "States": {"Insurance": {"Type": "Pass", "End": True}},
                },
            ],
            "Next": "Confirm",
        },
        "Confirm": {"Type": "Pass", "End": True},
    },
}

ABORTED: dict[str, Any] = {
    "StartAt": "Order",
    "States": {
        "Order": {"Type": "Pass", "Next": "Both"},
        "Both": {
            "Type": "Parallel",
            "Branches": [
                {"StartAt": "Pack", "States": {"Pack": _activity("pack", End=True)}},
                {
                    "StartAt": "Pause",
                    "States": {
                        "Pause": {"Type": "Wait", "Seconds": 86400, "Next": "Label"},
                        "Label": {"Type": "Pass", "End": True},
                    },
                },
                {"StartAt": "Invoice", "States": {"Invoice": {"Type": "Pass", "End": True}}},
            ],
            "End": True,
        },
    },
}

TIMED_OUT: dict[str, Any] = {
    "TimeoutSeconds": 3600,
    "StartAt": "Ask",
    "States": {
        "Ask": _question(
            TimeoutSeconds=600,
            HeartbeatSeconds=60,
            Retry=[{"ErrorEquals": ["States.HeartbeatTimeout"], "IntervalSeconds": 5, "MaxAttempts": 1}],
            Catch=[{"ErrorEquals": ["States.Timeout"], "ResultPath": "$.error", "Next": "AskAgain"}],
            End=True,
        ),
        "AskAgain": _question(TimeoutSeconds=86400, End=True),
    },
}

EVALUATION_FAILED: dict[str, Any] = {
    "QueryLanguage": "JSONata",
    "StartAt": "Read",
    "States": {
        "Read": {
            "Type": "Pass",
            "Assign": {"total": "{% $sum($states.input.amounts) %}"},
            "Next": "Average",
        },
        "Average": {
            "Type": "Pass",
            "Output": {"average": "{% $total / $states.input.number %}"},
            "End": True,
        },
    },
}

PARALLEL_RETRIED: dict[str, Any] = {
    "StartAt": "Both",
    "States": {
        "Both": {
            "Type": "Parallel",
            "Parameters": {"attempt.$": "$$.State.RetryCount"},
            "Branches": [
                {
                    "StartAt": "IsReady",
                    "States": {
                        "IsReady": {
                            "Type": "Choice",
                            "Choices": [{"Variable": "$.attempt", "NumericGreaterThan": 1, "Next": "Ready"}],
                            "Default": "NotReady",
                        },
                        "NotReady": {
                            "Type": "Fail",
                            "Error": "NotReady",
                            "Cause": "The warehouse is still closed.",
                        },
                        "Ready": {"Type": "Succeed"},
                    },
                },
                {
                    "StartAt": "Pause",
                    "States": {"Pause": {"Type": "Wait", "Seconds": 30, "End": True}},
                },
            ],
            "Retry": [{"ErrorEquals": ["NotReady"], "IntervalSeconds": 60, "MaxAttempts": 3}],
            "End": True,
        }
    },
}

DISTRIBUTED: dict[str, Any] = {
    "StartAt": "EachPage",
    "States": {
        "EachPage": {
            "Type": "Map",
            "ItemsPath": "$.pages",
            "MaxConcurrency": 4,
            "ToleratedFailureCount": 2,
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                "StartAt": "Fetch",
                "States": {
                    "Fetch": {
                        "Type": "Task",
                        "Resource": "arn:aws:lambda:us-east-1:123456789012:function:Fetch",
                        "End": True,
                    }
                },
            },
            "Label": "Pages",
            "ResultPath": None,
            "Next": "Report",
        },
        "Report": {"Type": "Pass", "End": True},
    },
}

CATCH_IN_BRANCH: dict[str, Any] = {
    "StartAt": "Both",
    "States": {
        "Both": {
            "Type": "Parallel",
            "Branches": [
                {
                    "StartAt": "Price",
                    "States": {
                        "Price": _lambda(
                            "Price",
                            Catch=[{"ErrorEquals": ["KeyError"], "ResultPath": "$.error", "Next": "Guess"}],
                            End=True,
                        ),
                        "Guess": {"Type": "Pass", "Result": {"price": 10}, "End": True},
                    },
                },
                {
                    "StartAt": "EachItem",
                    "States": {
                        "EachItem": {
                            "Type": "Map",
                            "ItemsPath": "$.items",
                            "ItemProcessor": {
                                "StartAt": "IsEven",
                                "States": {
                                    "IsEven": {
                                        "Type": "Choice",
                                        "Choices": [{"Variable": "$", "NumericEquals": 3, "Next": "Odd"}],
                                        "Default": "Even",
                                    },
                                    "Even": {"Type": "Wait", "Seconds": 5, "End": True},
                                    "Odd": {"Type": "Fail", "Error": "OddItem", "Cause": "Three is odd."},
                                },
                            },
                            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "NoItems"}],
                            "End": True,
                        },
                        "NoItems": {"Type": "Pass", "End": True},
                    },
                },
            ],
            "End": True,
        }
    },
}

VARIABLES: dict[str, Any] = {
    "QueryLanguage": "JSONata",
    "Comment": "Counts down; each round keeps its count in a variable.",
    "StartAt": "Start",
    "States": {
        "Start": {
            "Type": "Pass",
            "Assign": {"count": "{% $states.input.rounds %}", "names": []},
            "Next": "Round",
        },
        "Round": {
            "Type": "Task",
            "Resource": _INVOKE,
            "Arguments": {"FunctionName": "Fetch", "Payload": "{% $string($count) %}"},
            "Output": "{% $states.result.Payload %}",
            "Assign": {
                "count": "{% $count - 1 %}",
                "names": "{% $append($names, 'round ' & $string($states.result.Payload)) %}",
            },
            "Next": "IsDone",
        },
        "IsDone": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $count > 0 %}", "Next": "Pause"}],
            "Default": "Done",
        },
        "Pause": {"Type": "Wait", "Seconds": 86400, "Next": "Round"},
        "Done": {"Type": "Succeed", "Output": {"rounds": "{% $names %}"}},
    },
}

VIRTUAL_DAYS: dict[str, Any] = {
    "Comment": "Waits for days, and for hours between attempts; by a virtual clock, in a moment.",
    "StartAt": "Remind",
    "States": {
        "Remind": {"Type": "Wait", "Seconds": 3 * 86400, "Next": "Price"},
        "Price": _lambda(
            "Price",
            Retry=[{"ErrorEquals": ["KeyError"], "IntervalSeconds": 3600, "MaxAttempts": 2}],
            Catch=[{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Pause"}],
            End=True,
        ),
        "Pause": {"Type": "Wait", "Seconds": 90, "Next": "GiveUp"},
        "GiveUp": {"Type": "Fail", "Error": "NoPrice", "Cause": "The article has no price."},
    },
}
