-- Executions that sfn itself failed on, and which version of sfn writes this store.

-- One row per execution that raised an error inside sfn, until it ends or goes on. After three attempts its owner is -1:
-- it stays RUNNING, and no worker of the same version drives it.
CREATE TABLE suspension (
    execution   INTEGER PRIMARY KEY REFERENCES execution (id),
    attempts    INTEGER NOT NULL,              -- without a new event in between
    last_event  INTEGER NOT NULL,              -- the id of the execution's last event
    version     TEXT    NOT NULL,              -- of the sfn that failed
    failed_at   INTEGER NOT NULL,
    error       TEXT    NOT NULL,              -- in a line: "TypeError: …"
    traceback   TEXT    NOT NULL
);

-- The newest version of sfn that has opened the store: at most one row.
CREATE TABLE sfn_version (
    version  TEXT NOT NULL
);

ALTER TABLE worker ADD COLUMN version TEXT;    -- NULL: older than this migration
