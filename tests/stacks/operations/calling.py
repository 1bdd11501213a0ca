"""Calls one operation of CloudFormation in a process of its own: python -m … OPERATION REQUEST."""

from __future__ import annotations

import json
import sys

from sfn_cli import api
from sfn_cli.api import model
from sfn_cli.app import build_app
from sfn_cli.settings import Settings

if __name__ == "__main__":
    operation, request = sys.argv[1:]
    service = build_app(Settings.from_environment())
    called = model.load_model("cloudformation", operation)
    print(api.answer_api(service, called, json.loads(request)))
