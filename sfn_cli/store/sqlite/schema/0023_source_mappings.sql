-- Event source mappings and pipes: what a worker polls, and how far it has read each shard of a stream.

CREATE TABLE source_mapping (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    kind           TEXT    NOT NULL,           -- mapping (of a function) or pipe
    name           TEXT    NOT NULL,           -- a mapping's UUID, or a pipe's name
    source_arn     TEXT    NOT NULL,
    target         TEXT    NOT NULL,           -- the ARN of the function or of the pipe's target
    is_enabled     INTEGER NOT NULL,
    configuration  TEXT    NOT NULL,           -- JSON: the other members, in the words of the operation that created it
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL,
    last_result    TEXT,                       -- LastProcessingResult: what came of the last batch
    UNIQUE (kind, name)
);

-- A shard of a stream, as far as one mapping has read it. A stream that was created again is another stream.
CREATE TABLE source_shard (
    mapping    INTEGER NOT NULL REFERENCES source_mapping (id) ON DELETE CASCADE,
    stream     TEXT    NOT NULL,               -- the stream's ARN, or its ARN and the time of its creation
    shard      TEXT    NOT NULL,
    owner      INTEGER,                        -- the worker that reads it; when that worker dies, it is free again
    position   TEXT,                           -- the sequence number of the last record that was handled
    state      TEXT,                           -- JSON: the open tumbling window
    PRIMARY KEY (mapping, stream, shard)
) WITHOUT ROWID;

-- What is set for a function or one of its versions and aliases, apart from its configuration.
CREATE TABLE function_setting (
    function    INTEGER NOT NULL REFERENCES function (id) ON DELETE CASCADE,
    kind        TEXT    NOT NULL,              -- concurrency, event-invoke or permission
    qualifier   TEXT    NOT NULL,              -- a version's number, an alias, or $LATEST
    name        TEXT    NOT NULL,              -- a permission's statement id; otherwise empty
    value       TEXT    NOT NULL,              -- JSON
    updated_at  INTEGER NOT NULL,
    PRIMARY KEY (function, kind, qualifier, name)
) WITHOUT ROWID;
