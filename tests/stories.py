"""The examples: the end of each input, and its data in the services."""

from __future__ import annotations

import json
import re
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import boto3

from tests.pictures import EXAMPLES
from tests.processes import SFN, TIMEOUT_SECONDS, environment_of, sfn, sfn_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

VIRTUAL = ("--virtual-time",)
QUEUES = "https://sqs.us-east-1.amazonaws.com/123456789012/"


class Form(NamedTuple):
    """A form of project in which a story exists, beside its folder."""

    story: str
    path: str
    """Below the story's folder: a template, or the folder of an app."""
    stack: str

    def arguments(self) -> list[str]:
        """Returns the arguments of `sfn run` that name the project."""
        path = EXAMPLES / self.story / self.path
        return ["-t", str(path)] if path.is_file() else [str(path)]

    def __str__(self) -> str:
        return f"{self.story}-{self.path.partition('/')[0]}"


class Names(NamedTuple):
    """The names of a story's resources in one of its forms."""

    machine: str
    bank: str = "Bank"
    customers: str = "migration-customers"
    dead_letters: str = f"{QUEUES}migration-dead-letters"
    log: str = "/aws/vendedlogs/states/migration"


class Store(NamedTuple):
    """A store, and the observable state of the services."""

    home: Path
    form: Form | None = None
    """The form that is run; None: the folder."""

    def names(self) -> Names:
        """Returns the names of a form's resources, whose stack exists."""
        if self.form is None:
            return Names("migration")
        resources = sfn_json(self.home, "stack", "show", self.form.stack)["Resources"]

        def physical_id(type: str, part: str = "") -> str:
            found = [
                one["PhysicalResourceId"]
                for one in resources
                if one["ResourceType"] == type and part in one["LogicalResourceId"].lower()
            ]
            return str(found[0]) if found else ""

        return Names(
            physical_id("AWS::StepFunctions::StateMachine").rpartition(":")[2],
            physical_id("AWS::Lambda::Function", "bank"),
            physical_id("AWS::DynamoDB::Table"),
            f"{QUEUES}{physical_id('AWS::SQS::Queue')}",
            physical_id("AWS::Logs::LogGroup"),
        )

    def client(self, service: str) -> Any:
        url = sfn(self.home, "aws", "endpoint").stdout.strip()
        return boto3.client(
            service, "us-east-1", endpoint_url=url, aws_access_key_id="any", aws_secret_access_key="any"
        )

    def accounts(self) -> dict[str, str]:
        """Each address that has signed up, and its state."""
        return accounts(self.client("dynamodb"))

    def bank(self, order: str) -> list[str]:
        """Returns the bank's actions for an order, in the order in which each was first done."""
        log = f"/aws/lambda/{self.names().bank}"
        messages = sfn(
            self.home, "logs", "tail", log, "--since", "1h", "--format", "short"
        ).stdout.splitlines()
        return list(
            dict.fromkeys(
                message.split()[1] for message in messages if message.endswith(f" for order {order}")
            )
        )

    def files(self, title: str) -> dict[str, bytes]:
        """Returns the video pipeline's files for a film: the first bytes of each, except chunks."""
        s3 = self.client("s3")
        keys = [found["Key"] for found in s3.list_objects_v2(Bucket="video-story").get("Contents", [])]
        mine = [key for key in keys if f"/{title}." in key]
        return {key: s3.get_object(Bucket="video-story", Key=key)["Body"].read()[:8] for key in mine}

    def customers(self) -> set[str]:
        """The ids of those that have arrived in the new table."""
        return {
            item["id"]["S"]
            for item in self.client("dynamodb").scan(TableName=self.names().customers)["Items"]
        }

    def dead_letters(self) -> set[str]:
        """The ids of customers in the dead-letter queue, which is emptied."""
        sqs, queue = self.client("sqs"), self.names().dead_letters
        found: list[Any] = []
        while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
            found += messages
        return {json.loads(message["Body"])["customer"]["id"] for message in found}

    def served(self, service: str) -> list[str]:
        """Returns a service's answers to the last order: method, kind of thing, status.

        Repeated requests are listed once.
        """
        answers = [
            line.split()[:3]
            for line in (self.home / "services" / "order" / f"{service}.log").read_text().splitlines()
        ]
        return list(
            dict.fromkeys(
                f"{method} {path.split('/')[1].split('?')[0]} {status}" for method, path, status in answers
            )
        )

    def message_to_customer(self) -> str:
        """Returns the last message to a customer about an order."""
        tail = sfn(
            self.home, "logs", "tail", "/aws/lambda/TellCustomer", "--since", "1h", "--format", "short"
        ).stdout
        return tail.rpartition("To ada@example.com: ")[2].partition("\n")[0]

    def has_logged_errors(self) -> bool:
        tail = sfn(self.home, "logs", "tail", self.names().log, "--since", "1h")
        return "is in the dead-letter queue" in tail.stdout

    def has_migrated_some(self) -> bool:
        """Whether the last migration has done some of its rows."""
        last = f"{self.names().machine}/last"
        (run,) = sfn_json(self.home, "list-map-runs", "--execution-arn", last)["mapRuns"]
        described = sfn_json(self.home, "describe-map-run", "--map-run-arn", run["mapRunArn"])
        return bool(described["itemCounts"]["succeeded"] >= 2)


def accounts(dynamodb: Any) -> dict[str, str]:
    return {
        item["email"]["S"]: item["state"]["S"] for item in dynamodb.scan(TableName="signup-accounts")["Items"]
    }


class Story(NamedTuple):
    """A README's account of an input: its end and the resulting data.

    The end is an output, or an error, perhaps with its cause.
    """

    story: str
    input: str
    end: Any
    effects: dict[Callable[[Store], Any], Any]
    killed_at: str | None = None
    """The event at which the workers are killed in the second run, if any: its type and state."""
    options: Sequence[str] = ()
    middle: Callable[[Store], bool] | None = None
    """A further condition on their work by then."""

    def command(self, form: Form | None = None) -> list[str]:
        return [
            "run",
            *([str(EXAMPLES / self.story)] if form is None else form.arguments()),
            "--input",
            f"file://{EXAMPLES / self.story / self.input}",
            *self.options,
        ]

    def __str__(self) -> str:
        return f"{self.story}-{Path(self.input).stem}"


GRACE = {"grace@example.com": "VERIFIED"}
ADA = {"ada@example.com": "VERIFIED"}
PAID = {"order": "1001", "authorisation": "authorise-1001", "payment": "capture-1001", "parcel": "ship-1001"}
FILM = {
    "title": "ball",
    "film": {"key": "films/ball.y4m", "bytes": 24805},
    "thumbnail": {"key": "thumbnails/ball.png", "bytes": 253},
    "subtitles": {"key": "subtitles/ball.vtt", "bytes": 191},
}
FILES = {
    "uploads/ball.y4m": b"YUV4MPEG",
    "films/ball.y4m": b"YUV4MPEG",
    "thumbnails/ball.png": b"\x89PNG\r\n\x1a\n",
    "subtitles/ball.vtt": b"WEBVTT\n\n",
    "manifests/ball.json": b'{"title"',
}
ORDERED = {
    "order": "2001",
    "reservation": "reservation-2001",
    "charge": "charge-2001",
    "parcel": "parcel-2001",
    "total": 126.5,
}
BUSY_AT_FIRST = ["POST charges 503"]
MIGRATED = {str(number) for number in range(1, 13)} - {"7", "11"}

STORIES = [
    Story("signup", "input.json",
          {"email": "ada@example.com", "name": "Ada", "state": "VERIFIED", "verifiedBy": "link"},
          {Store.accounts: GRACE | ADA}, "TaskSubmitted SendMail"),
    Story("signup", "inputs/email-taken.json", "EmailTaken", {Store.accounts: GRACE}),
    Story("signup", "inputs/unread.json", "NotVerified", {Store.accounts: GRACE},
          "TaskSubmitted SendMail", VIRTUAL),
    Story("payment", "input.json", PAID, {lambda store: store.bank("1001"): ["authorise", "capture"]},
          "TaskFailed Authorise BankIsBusy", VIRTUAL),
    Story("payment", "inputs/declined.json", "CardDeclined", {lambda store: store.bank("1003"): []}),
    Story("payment", "inputs/bank-closed.json", "BankIsBusy",
          {lambda store: store.bank("1004"): ["authorise", "void"]}, options=VIRTUAL),
    Story("payment", "inputs/out-of-stock.json", "OutOfStock",
          {lambda store: store.bank("1005"): ["authorise", "capture", "refund", "void"]},
          "MapIterationStarted Undo[1]", VIRTUAL),
    Story("payment", "inputs/approval.json", "NotApproved",
          {lambda store: store.bank("1002"): ["authorise", "void"]}, "TaskSubmitted Approve", VIRTUAL),
    Story("video", "input.json", FILM, {lambda store: store.files("ball"): FILES},
          "TaskStateEntered Transcode"),
    Story("video", "inputs/damaged.json", "DamagedChunk",
          {lambda store: {key.split("/")[0] for key in store.files("torn")} - {"thumbnails", "subtitles"}:
               {"quarantine"}}),
    Story("migration", "input.json", {"rows": 12, "migrated": 10, "deadLetters": 2},
          {lambda store: store.customers() >= MIGRATED: True,
           Store.dead_letters: {"7", "11"}, Store.has_logged_errors: True},
          "MapRunStarted Migrate", middle=Store.has_migrated_some),
    Story("migration", "inputs/too-many-bad-rows.json", "States.ExceedToleratedFailureThreshold",
          {lambda store: store.dead_letters() <= {"902", "903", "904", "905"}: True}),
    Story("order", "input.json", ORDERED,
          {lambda store: store.served("Payments"): [*BUSY_AT_FIRST, "POST charges 200"],
           Store.message_to_customer: "Your teapot is on its way, as parcel-2001. We charged 126.5."},
          "TaskFailed Charge States.Http.StatusCode.503", VIRTUAL),
    Story("order", "inputs/out-of-stock.json", "OutOfStock: No unicorn in stock (undone: nothing)",
          {lambda store: store.served("Payments"): [],
           Store.message_to_customer: "We are sorry: no unicorn. No unicorn in stock."}),
    Story("order", "inputs/nowhere.json", "NoSuchCity", {lambda store: store.served("Payments"): []}),
    Story("order", "inputs/card-declined.json", "CardDeclined: The card was declined (undone: release)",
          {lambda store: store.served("Payments"): [*BUSY_AT_FIRST, "POST charges 402"],
           lambda store: store.served("Inventory"): ["POST reservations 200", "DELETE reservations 200"]},
          options=VIRTUAL),
    Story("order", "inputs/payments-closed.json",
          "States.Http.StatusCode.503: Service Unavailable (undone: release)",
          {lambda store: store.served("Payments"): [*BUSY_AT_FIRST, "DELETE charges 200"]}, options=VIRTUAL),
    Story("order", "inputs/no-courier.json", "NoCourier: No courier takes a piano (undone: refund, release)",
          {lambda store: store.served("Payments"): [*BUSY_AT_FIRST, "POST charges 200", "DELETE charges 200"],
           lambda store: store.served("Shipping"): ["GET rates 200", "POST shipments 409"]},
          "TaskScheduled Refund", VIRTUAL),
]  # fmt: skip


def check_end(story_run: Story, done: subprocess.CompletedProcess[str]) -> None:
    if isinstance(story_run.end, str):
        assert (done.returncode, done.stdout) == (255, ""), done.stderr
        assert re.search(
            rf"\nsfn: \[ERROR\]: The execution failed: {re.escape(story_run.end)}(: |$)", done.stderr
        ), done.stderr
    else:
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout) == story_run.end


def check_effects(store: Store, story_run: Story) -> None:
    assert [look(store) for look in story_run.effects] == list(story_run.effects.values())


@contextmanager
def running(home: Path, command: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
    """Runs an `sfn run` in parallel with the test, and ends it afterwards."""
    # Unbuffered: output after the awaited line is left for other readers.
    run = subprocess.Popen(
        [SFN, *command], env=environment_of(home), stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0
    )
    try:
        yield run
    finally:
        run.kill()
        run.communicate()


def await_event(run: subprocess.Popen[bytes], event: str) -> None:
    """Reads what `sfn run` shows up to an event."""
    assert run.stderr is not None
    seen = ""
    while line := run.stderr.readline().decode():
        seen += line
        if " ".join(line.split()[1:]) == event:
            return
    raise AssertionError(f"{event} did not come:\n{seen}")


def rest(run: subprocess.Popen[bytes]) -> subprocess.CompletedProcess[str]:
    """The end of an `sfn run`, and what it has shown since."""
    output, errors = run.communicate(timeout=TIMEOUT_SECONDS)
    return subprocess.CompletedProcess(run.args, run.returncode, output.decode(), errors.decode())


FORMS = [
    Form("payment", "sam/template.yaml", "payment-sam"),
    Form("payment", "serverless", "payment-dev"),
    Form("payment", "packaged", "payment-prod"),
    Form("payment", "terraform", "payment-terraform"),
    Form("migration", "sam/template.yaml", "migration-sam"),
    Form("payment", "cdk", "payment-cdk"),
    Form("payment", "synthesised", "payment-synthesised"),
    Form("migration", "cdk", "migration-cdk"),
    Form("migration", "synthesised", "migration-synthesised"),
]
"""The other forms in which stories exist."""
