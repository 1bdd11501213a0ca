"""The modules that AWS adds to a function's inline code: for responses of custom resources.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/cfn-lambda-function-code-cfnresponsemodule.html
"""

from __future__ import annotations

_PYTHON = """import json
import urllib.request

SUCCESS = "SUCCESS"
FAILED = "FAILED"


def send(event, context, responseStatus, responseData, physicalResourceId=None, noEcho=False, reason=None):
    answer = {
        "Status": responseStatus,
        "Reason": reason or f"See the details in CloudWatch Log Stream: {context.log_stream_name}",
        "PhysicalResourceId": physicalResourceId or context.log_stream_name,
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "NoEcho": noEcho,
        "Data": responseData,
    }
    request = urllib.request.Request(
        event["ResponseURL"], json.dumps(answer).encode(), {"Content-Type": ""}, method="PUT"
    )
    try:
        with urllib.request.urlopen(request) as response:
            print("Status code:", response.status)
    except OSError as error:
        print("The response could not be sent:", error)
"""

_NODE = """const http = require("http");
const https = require("https");

exports.SUCCESS = "SUCCESS";
exports.FAILED = "FAILED";

exports.send = function (event, context, responseStatus, responseData, physicalResourceId, noEcho) {
    return new Promise((resolve) => {
        const done = () => {
            context.done();
            resolve();
        };
        const body = JSON.stringify({
            Status: responseStatus,
            Reason: `See the details in CloudWatch Log Stream: ${context.logStreamName}`,
            PhysicalResourceId: physicalResourceId || context.logStreamName,
            StackId: event.StackId,
            RequestId: event.RequestId,
            LogicalResourceId: event.LogicalResourceId,
            NoEcho: noEcho || false,
            Data: responseData,
        });
        const headers = { "content-type": "", "content-length": Buffer.byteLength(body) };
        const { request } = event.ResponseURL.startsWith("https:") ? https : http;
        const sent = request(event.ResponseURL, { method: "PUT", headers }, (response) => {
            console.log("Status code:", response.statusCode);
            response.resume();
            response.on("end", done);
        });
        sent.on("error", (error) => {
            console.log("The response could not be sent:", error);
            done();
        });
        sent.end(body);
    });
};
"""


def inline_code_files(source: str, runtime: str) -> dict[str, str]:
    """Returns the files of inline code (ZipFile): the code, and the module that it imports from AWS."""
    if runtime.startswith("nodejs"):
        added = {"node_modules/cfn-response/index.js": _NODE} if "cfn-response" in source else {}
        return {"index.js": source, **added}
    added = {"cfnresponse.py": _PYTHON} if "cfnresponse" in source else {}
    return {"index.py": source, **added}
