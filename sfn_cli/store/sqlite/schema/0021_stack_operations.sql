-- Stacks as CloudFormation's operations show them: what was sent, its change sets, and what happened to each resource.

ALTER TABLE stack ADD COLUMN template TEXT; -- the template's text as it was sent to CreateStack and others; NULL: read from `source`
ALTER TABLE stack ADD COLUMN details TEXT NOT NULL DEFAULT '{}'; -- JSON: Description, Tags, Capabilities, RoleARN, DisableRollback, ParentId, RootId, …
ALTER TABLE stack ADD COLUMN is_stopped INTEGER NOT NULL DEFAULT 0; -- whether its schedules and event sources are stopped (sfn stack stop)
ALTER TABLE stack ADD COLUMN data_lost_at INTEGER; -- when the local services were last started again, without the data of its resources

-- What DescribeStackEvents returns; newest first by id. Events of a deleted stack stay.
CREATE TABLE stack_event (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    stack_arn    TEXT    NOT NULL,
    logical_id   TEXT    NOT NULL,             -- the stack's name in events of the stack itself
    physical_id  TEXT    NOT NULL,
    type         TEXT    NOT NULL,
    status       TEXT    NOT NULL,
    reason       TEXT,
    properties   TEXT,                         -- JSON text
    token        TEXT,                         -- ClientRequestToken of the operation
    at           INTEGER NOT NULL              -- rises from event to event of a stack by at least 1 ms
);

CREATE INDEX stack_event_by_stack ON stack_event (stack_arn, id);

CREATE TABLE change_set (
    arn          TEXT    PRIMARY KEY,
    name         TEXT    NOT NULL,
    stack_arn    TEXT    NOT NULL,
    status       TEXT    NOT NULL,
    facts        TEXT    NOT NULL,             -- JSON: the response of DescribeChangeSet, and what ExecuteChangeSet needs
    template     TEXT    NOT NULL,             -- the template's text as it was sent
    created_at   INTEGER NOT NULL
);

CREATE INDEX change_set_by_stack ON change_set (stack_arn, name);

-- Stacks that were deleted: by ARN only. facts is the stack's row as JSON.
CREATE TABLE deleted_stack (
    arn          TEXT    PRIMARY KEY,
    name         TEXT    NOT NULL,
    facts        TEXT    NOT NULL,
    deleted_at   INTEGER NOT NULL
);
