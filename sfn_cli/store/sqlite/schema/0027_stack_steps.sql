-- Deploys as CloudFormation runs them: what a failed or killed one is rolled back to, and what stacks import.

ALTER TABLE stack ADD COLUMN imports TEXT NOT NULL DEFAULT '[]'; -- JSON: the names of the exports of other stacks that it uses
ALTER TABLE stack_resource ADD COLUMN updated_at INTEGER NOT NULL DEFAULT 0; -- when its status last changed
ALTER TABLE stack_resource ADD COLUMN reason TEXT; -- why it has this status
ALTER TABLE stack_resource ADD COLUMN generation INTEGER NOT NULL DEFAULT 0; -- how often it was replaced: its generated names depend on this

-- The operation that changes a stack, until the stack has reached a state from which nothing is to be rolled back.
CREATE TABLE stack_operation (
    stack_arn     TEXT    PRIMARY KEY,
    verb          TEXT    NOT NULL,            -- CREATE, UPDATE, CLEANUP (the end of an update) or DELETE
    before        TEXT,                        -- JSON: the stack's row before the operation; NULL: there was none
    options       TEXT    NOT NULL,            -- JSON: the options that a rollback or a continued deletion needs
    is_cancelled  INTEGER NOT NULL DEFAULT 0,  -- whether CancelUpdateStack was called
    started_at    INTEGER NOT NULL
);

-- What the operation has changed so far, each row written before the change; rolled back from the last to the first.
CREATE TABLE stack_step (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    stack_arn    TEXT    NOT NULL,
    logical_id   TEXT    NOT NULL,
    action       TEXT    NOT NULL,             -- CREATE, UPDATE, REPLACE, …
    before       TEXT,                         -- JSON: the resource's row before the change; NULL: there was none
    physical_id  TEXT    NOT NULL,             -- the id of the new or changed resource
    properties   TEXT                          -- JSON: the properties after an update
);

CREATE INDEX stack_step_by_stack ON stack_step (stack_arn, id);
