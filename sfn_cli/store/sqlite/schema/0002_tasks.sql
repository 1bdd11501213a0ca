-- Tasks that the outside world may answer, and executions that a task started.

-- One row per task that has a token; `key` is that of the event that scheduled it.
CREATE TABLE task (
    key      INTEGER PRIMARY KEY,
    handle   TEXT    NOT NULL UNIQUE,            -- the half of its token that finds it
    open     INTEGER NOT NULL DEFAULT 1,         -- 0 once it was answered, or closed otherwise
    beat_at  INTEGER                             -- the last heartbeat
);

-- One row per task that started an execution, or found it running under the same name.
CREATE TABLE child (
    task       INTEGER PRIMARY KEY,              -- the key of the event that scheduled the task
    execution  INTEGER NOT NULL REFERENCES execution (id),
    awaited    INTEGER NOT NULL                  -- whether the task waits for its end
);

CREATE INDEX child_by_execution ON child (execution);

-- Ids are never used again: a worker reads what came after the last message that it saw.
ALTER TABLE inbox RENAME TO old_inbox;

CREATE TABLE inbox (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    execution  INTEGER NOT NULL REFERENCES execution (id),
    kind       TEXT    NOT NULL,
    body       TEXT    NOT NULL,
    sent_at    INTEGER NOT NULL
);

CREATE INDEX inbox_by_execution ON inbox (execution);

INSERT INTO inbox SELECT * FROM old_inbox;
DROP TABLE old_inbox;
