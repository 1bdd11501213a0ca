-- Activities, and the queue of their tasks.

CREATE TABLE activity (
    id                        INTEGER PRIMARY KEY,
    arn                       TEXT    NOT NULL UNIQUE,
    name                      TEXT    NOT NULL,
    created_at                INTEGER NOT NULL,
    encryption_configuration  TEXT    NOT NULL,
    tags                      TEXT    NOT NULL DEFAULT '[]'
);

ALTER TABLE task ADD COLUMN activity TEXT;                         -- the ARN of the activity whose worker may take it
ALTER TABLE task ADD COLUMN taken INTEGER NOT NULL DEFAULT 0;      -- whether one has

CREATE INDEX task_queue ON task (activity, key) WHERE activity IS NOT NULL AND open AND NOT taken;
