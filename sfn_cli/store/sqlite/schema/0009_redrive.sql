-- Redrives of executions: how many there were, when the last was, and the client tokens that asked for them.

ALTER TABLE execution ADD COLUMN redrive_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE execution ADD COLUMN redriven_at INTEGER;

CREATE TABLE redrive_token (
    id         INTEGER PRIMARY KEY,
    execution  INTEGER NOT NULL REFERENCES execution (id),
    token      TEXT    NOT NULL,
    at         INTEGER NOT NULL,             -- when it redrove the execution, by the execution's own clock
    used_at    INTEGER NOT NULL              -- and by the wall's
);

CREATE INDEX redrive_token_by_execution ON redrive_token (execution, id);
