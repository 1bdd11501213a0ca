-- Versions and aliases of functions, and events that wait until a function has handled them.

-- What a function was when the version was published. Never edited.
CREATE TABLE function_version (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    function       INTEGER NOT NULL REFERENCES function (id) ON DELETE CASCADE,
    number         INTEGER NOT NULL,
    configuration  TEXT    NOT NULL,
    digest         TEXT    NOT NULL,           -- of all that was published: the same again is no new version
    published_at   INTEGER NOT NULL,
    code_zip       BLOB    NOT NULL,
    UNIQUE (function, number)
);

-- Numbers are never used again, not even when the function was deleted and made anew.
CREATE TABLE function_number (
    name  TEXT    PRIMARY KEY,
    last  INTEGER NOT NULL
) WITHOUT ROWID;

-- Functions at all their versions; $LATEST has the number 0.
CREATE VIEW function_at AS
    SELECT id, name, 0 AS number, arn, configuration, code_dir, revision, updated_at, code_zip FROM function
    UNION ALL
    SELECT v.id, f.name, v.number, f.arn, v.configuration, NULL, 0, v.published_at, v.code_zip
    FROM function_version v JOIN function f ON f.id = v.function;

CREATE TABLE function_alias (
    id           INTEGER PRIMARY KEY,
    function     INTEGER NOT NULL REFERENCES function (id) ON DELETE CASCADE,
    name         TEXT    NOT NULL,
    number       INTEGER NOT NULL,             -- of the version that it leads to; 0 for $LATEST
    weights      TEXT    NOT NULL,             -- a JSON object: other versions' numbers, and which part of the invocations each takes
    description  TEXT    NOT NULL,
    revision_id  TEXT    NOT NULL,
    UNIQUE (function, name)
);

-- Invocations of the type Event: kept until the function has handled them, or failed too often.
CREATE TABLE function_event (
    id              INTEGER PRIMARY KEY,
    request_id      TEXT    NOT NULL,
    function_ref    TEXT    NOT NULL,          -- NAME or NAME:QUALIFIER
    payload         TEXT    NOT NULL,
    client_context  TEXT,
    sent_at         INTEGER NOT NULL,
    tries           INTEGER NOT NULL DEFAULT 0,
    due_at          INTEGER NOT NULL,
    owner           INTEGER                    -- the worker that invokes it now (worker.id), if any does
);

CREATE INDEX function_event_due ON function_event (due_at);
