-- The first schema: machines and their revisions, executions and their events, messages to
-- executions, local Lambda functions, and logs. Times are milliseconds since 1970 (UTC).

CREATE TABLE state_machine (
    id          INTEGER PRIMARY KEY,
    arn         TEXT    NOT NULL UNIQUE,
    name        TEXT    NOT NULL,
    type        TEXT    NOT NULL,
    status      TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    revision    INTEGER NOT NULL REFERENCES revision (id),
    tags        TEXT    NOT NULL DEFAULT '[]'
);

-- What an update may change. Never edited: an execution keeps the revision it was started with.
CREATE TABLE revision (
    id                        INTEGER PRIMARY KEY,
    revision_id               TEXT,            -- NULL for a machine that was never updated
    definition                TEXT    NOT NULL,
    role_arn                  TEXT    NOT NULL,
    logging_configuration     TEXT    NOT NULL,
    tracing_configuration     TEXT    NOT NULL,
    encryption_configuration  TEXT    NOT NULL,
    created_at                INTEGER NOT NULL
);

CREATE TABLE execution (
    id                 INTEGER PRIMARY KEY,
    arn                TEXT    NOT NULL UNIQUE,
    state_machine_arn  TEXT    NOT NULL,
    name               TEXT    NOT NULL,
    revision           INTEGER NOT NULL REFERENCES revision (id),
    status             TEXT    NOT NULL,
    input              TEXT    NOT NULL,
    output             TEXT,
    error              TEXT,
    cause              TEXT,
    trace_header       TEXT,
    started_at         INTEGER NOT NULL,
    stopped_at         INTEGER,
    seed               TEXT    NOT NULL,       -- secret: randomness and task tokens derive from it
    owner              INTEGER                 -- the worker that drives it (worker.id), if any does
);

CREATE INDEX execution_by_machine ON execution (state_machine_arn, started_at DESC, id DESC);
CREATE INDEX execution_running ON execution (owner) WHERE status = 'RUNNING';

-- The history. (execution, id) in one integer, so that a history lies together and an insert is
-- an append: execution.id * 65536 + the event's id (at most 25,000).
CREATE TABLE event (
    key       INTEGER PRIMARY KEY,
    previous  INTEGER NOT NULL,
    at        INTEGER NOT NULL,
    type      TEXT    NOT NULL,
    frame     INTEGER NOT NULL,                -- whose event it is: private to the interpreter
    next      TEXT,                            -- the state that follows an exit: private likewise
    payload   TEXT,                            -- the JSON text of its input, output or parameters
    details   TEXT                             -- its other details, a JSON object
);

-- Every message from one process to an execution. A worker consumes it with the events it causes.
CREATE TABLE inbox (
    id         INTEGER PRIMARY KEY,
    execution  INTEGER NOT NULL REFERENCES execution (id),
    kind       TEXT    NOT NULL,
    body       TEXT    NOT NULL,
    sent_at    INTEGER NOT NULL
);

-- One row per worker that ever ran. That it lives is not told here but by the lock on its file.
CREATE TABLE worker (
    id          INTEGER PRIMARY KEY,
    slot        INTEGER NOT NULL,
    pid         INTEGER NOT NULL,
    started_at  INTEGER NOT NULL
);

-- Ids are never used again: children and unpacked code of a deleted function are not its successor's.
CREATE TABLE function (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    name           TEXT    NOT NULL UNIQUE,
    arn            TEXT    NOT NULL,
    configuration  TEXT    NOT NULL,           -- a JSON object in Lambda's FunctionConfiguration form
    code_dir       TEXT,                       -- used where it lies (--code-dir), or NULL
    code_zip       BLOB,                       -- the uploaded zip, or NULL
    revision       INTEGER NOT NULL,           -- grows with each change of code or configuration
    updated_at     INTEGER NOT NULL
);

CREATE TABLE log_group (
    id              INTEGER PRIMARY KEY,
    name            TEXT    NOT NULL UNIQUE,
    created_at      INTEGER NOT NULL,
    retention_days  INTEGER
);

CREATE TABLE log_stream (
    id          INTEGER PRIMARY KEY,
    log_group   INTEGER NOT NULL REFERENCES log_group (id) ON DELETE CASCADE,
    name        TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    UNIQUE (log_group, name)
);

-- Ids grow with ingestion: a follower asks for what is above the last id it saw.
CREATE TABLE log_event (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    log_stream   INTEGER NOT NULL REFERENCES log_stream (id) ON DELETE CASCADE,
    at           INTEGER NOT NULL,
    ingested_at  INTEGER NOT NULL,
    message      TEXT    NOT NULL
);

CREATE INDEX log_event_by_stream ON log_event (log_stream, at, id);
