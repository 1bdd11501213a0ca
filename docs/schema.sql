-- The schema of the store (sfn.db) as it is now. `python -m tests.schema` writes this page from the files in
-- sfn_cli/store/sqlite/schema/, which are applied in order and never edited once shipped.
-- Times are milliseconds since 1970 (UTC) unless a comment says otherwise.

CREATE TABLE activity (
    id                        INTEGER PRIMARY KEY,
    arn                       TEXT    NOT NULL UNIQUE,
    name                      TEXT    NOT NULL,
    created_at                INTEGER NOT NULL,
    encryption_configuration  TEXT    NOT NULL,
    tags                      TEXT    NOT NULL DEFAULT '[]'
);

CREATE TABLE alias (
    id             INTEGER PRIMARY KEY,
    state_machine  INTEGER NOT NULL REFERENCES state_machine (id) ON DELETE CASCADE,
    name           TEXT    NOT NULL,
    description    TEXT    NOT NULL,
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL,
    UNIQUE (state_machine, name)
);

CREATE TABLE api_part (
    version    INTEGER PRIMARY KEY AUTOINCREMENT, -- higher than that of every part saved before: who caches an API compares it
    api        TEXT    NOT NULL,                  -- the API's id; '' for parts of no API, such as API keys
    kind       TEXT    NOT NULL,                  -- the type in CloudFormation: AWS::ApiGateway::Method
    id         TEXT    NOT NULL,                  -- the part's id: of a stage, its name
    properties TEXT    NOT NULL,                  -- JSON, as CloudFormation's Properties
    UNIQUE (api, kind, id)
);

-- The events in archives.
CREATE TABLE archived_event (
    id           INTEGER PRIMARY KEY,
    archive      TEXT    NOT NULL,             -- the archive's ARN
    event_id     TEXT    NOT NULL,
    at           INTEGER NOT NULL,             -- the event's time
    event        TEXT    NOT NULL,             -- JSON
    UNIQUE (archive, event_id)
);
CREATE INDEX archived_event_by_time ON archived_event (archive, at);

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

-- One row per task that started an execution, or found it running under the same name.
CREATE TABLE child (
    task       INTEGER PRIMARY KEY,              -- the key of the event that scheduled the task
    execution  INTEGER NOT NULL REFERENCES execution (id),
    awaited    INTEGER NOT NULL                  -- whether the task waits for its end
);
CREATE INDEX child_by_execution ON child (execution);

-- A jump is stored with the first events after it: one that a worker did not live to use has not happened.
CREATE TABLE clock_jump (
    execution   INTEGER NOT NULL REFERENCES execution (id),
    jumped_at   INTEGER NOT NULL,              -- by the execution's own clock, as is the next
    jumped_to   INTEGER NOT NULL,
    PRIMARY KEY (execution, jumped_at)
) WITHOUT ROWID;

CREATE TABLE connection (
    id                  INTEGER PRIMARY KEY,
    arn                 TEXT    NOT NULL UNIQUE,
    stem                TEXT    NOT NULL UNIQUE,     -- the ARN without the id at its end: one for each name
    name                TEXT    NOT NULL,
    description         TEXT,
    state               TEXT    NOT NULL,
    authorization_type  TEXT    NOT NULL,
    auth_parameters     TEXT    NOT NULL,
    created_at          INTEGER NOT NULL,
    modified_at         INTEGER NOT NULL,
    authorized_at       INTEGER NOT NULL,
    token               TEXT,
    token_expires_at    INTEGER
);

-- Stacks that were deleted: by ARN only. facts is the stack's row as JSON.
CREATE TABLE deleted_stack (
    arn          TEXT    PRIMARY KEY,
    name         TEXT    NOT NULL,
    facts        TEXT    NOT NULL,
    deleted_at   INTEGER NOT NULL
);

-- A row is PENDING until its target has taken it over or it is given up; then it is kept for a while, for `sfn events tail`.
CREATE TABLE delivery (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    event_id    TEXT    NOT NULL,              -- the event's id at its source: the same for all of its targets
    source      TEXT    NOT NULL,              -- what sends it: "rule/default/nightly", "schedule/default/backup", "topic/orders"
    target      TEXT    NOT NULL,              -- the target's ARN, or its URL
    target_key  TEXT    NOT NULL,              -- distinguishes the targets of one event: no two rows have the same event_id, source and target_key
    options     TEXT    NOT NULL,              -- JSON: what the target's kind needs (SqsParameters, RetryPolicy, DeadLetterConfig, …)
    payload     TEXT    NOT NULL,              -- what the target gets, as text
    status      TEXT    NOT NULL DEFAULT 'PENDING', -- PENDING, DELIVERED or FAILED
    created_at  INTEGER NOT NULL,
    due_at      INTEGER NOT NULL,              -- when it may be tried next
    changed_at  INTEGER NOT NULL,              -- when it was added, last tried, or ended
    tries       INTEGER NOT NULL DEFAULT 0,
    owner       INTEGER,                       -- the worker that tries it; when that worker dies, it is free again
    result      TEXT,                          -- what came of it: the ARN of the execution, or the error
    UNIQUE (event_id, source, target_key)
);
CREATE INDEX delivery_by_change ON delivery (changed_at);
CREATE INDEX delivery_pending ON delivery (due_at, id) WHERE status = 'PENDING';

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

-- Event buses, archives, replays, API destinations and schedule groups: no query looks into them.
CREATE TABLE event_item (
    kind         TEXT    NOT NULL,             -- "event-bus", "archive", "replay", "api-destination", "schedule-group"
    key          TEXT    NOT NULL,             -- the ARN, without an id at its end
    arn          TEXT    NOT NULL,
    name         TEXT    NOT NULL,
    details      TEXT    NOT NULL,             -- JSON: the members of the operation that created it
    tags         TEXT    NOT NULL,             -- JSON: key -> value
    created_at   INTEGER NOT NULL,
    modified_at  INTEGER NOT NULL,
    PRIMARY KEY (kind, key)
) WITHOUT ROWID;

CREATE TABLE event_rule (
    arn          TEXT    PRIMARY KEY,
    bus_arn      TEXT    NOT NULL,
    name         TEXT    NOT NULL,
    pattern      TEXT,                         -- the event pattern's text
    schedule     TEXT,                         -- rate(…) or cron(…)
    state        TEXT    NOT NULL,             -- ENABLED or DISABLED
    details      TEXT    NOT NULL,             -- JSON: Description, RoleArn
    targets      TEXT    NOT NULL,             -- JSON: a list of EventBridge's Target
    tags         TEXT    NOT NULL,             -- JSON: key -> value
    created_at   INTEGER NOT NULL,
    next_at      INTEGER,                      -- when its schedule is due next; NULL: never
    UNIQUE (bus_arn, name)
);
CREATE INDEX event_rule_due ON event_rule (next_at) WHERE next_at IS NOT NULL;

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
    owner              INTEGER,  -- the worker that drives it (worker.id), if any does
    clock TEXT,
    map_run INTEGER REFERENCES map_run (id),
    item_count INTEGER,
    version INTEGER,  -- a version's number
    alias TEXT,  -- an alias's name
    redrive_count INTEGER NOT NULL DEFAULT 0,
    redriven_at INTEGER,
    mocks INTEGER REFERENCES mocks (id)
);
CREATE INDEX execution_by_alias ON execution (state_machine_arn, alias, started_at DESC, id DESC) WHERE alias IS NOT NULL;
CREATE INDEX execution_by_end ON execution (stopped_at) WHERE stopped_at IS NOT NULL;
CREATE INDEX execution_by_machine ON execution (state_machine_arn, started_at DESC, id DESC);
CREATE INDEX execution_by_map_run ON execution (map_run, started_at DESC, id DESC) WHERE map_run IS NOT NULL;
CREATE INDEX execution_by_redrive ON execution (redriven_at) WHERE redriven_at IS NOT NULL;
CREATE INDEX execution_by_status ON execution (state_machine_arn, status, started_at DESC, id DESC);
CREATE INDEX execution_by_version ON execution (state_machine_arn, version, started_at DESC, id DESC) WHERE version IS NOT NULL;
CREATE INDEX execution_pending_redrive ON execution (map_run, id) WHERE status = 'PENDING_REDRIVE';
CREATE INDEX execution_running ON execution (owner) WHERE status = 'RUNNING';

CREATE TRIGGER execution_changes AFTER UPDATE OF status ON execution
WHEN EXISTS (SELECT 1 FROM status_receiver) AND (OLD.status = 'RUNNING') <> (NEW.status = 'RUNNING') AND instr(NEW.arn, ':express:') = 0
BEGIN
    INSERT INTO status_change (execution, number, noted_at)
    VALUES (NEW.id, 2 * NEW.redrive_count + (NEW.status <> 'RUNNING'), CAST(strftime('%s', 'now') AS INTEGER));
END;

-- Noted in the transaction that makes the change, whoever makes it. EXPRESS executions emit none.
CREATE TRIGGER execution_starts AFTER INSERT ON execution
WHEN EXISTS (SELECT 1 FROM status_receiver) AND instr(NEW.arn, ':express:') = 0
BEGIN
    INSERT INTO status_change (execution, number, noted_at) VALUES (NEW.id, 0, CAST(strftime('%s', 'now') AS INTEGER));
END;

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

-- Numbers are never used again, not even when the function was deleted and made anew.
CREATE TABLE function_number (
    name  TEXT    PRIMARY KEY,
    last  INTEGER NOT NULL
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

CREATE TABLE function_url (
    id            TEXT    PRIMARY KEY,            -- the first label of its host name in AWS
    function_name TEXT    NOT NULL,
    qualifier     TEXT    NOT NULL,               -- an alias; '' for none
    auth_type     TEXT    NOT NULL,               -- NONE or AWS_IAM
    cors          TEXT,                           -- JSON, as Lambda's Cors; NULL for none
    invoke_mode   TEXT    NOT NULL,               -- BUFFERED or RESPONSE_STREAM
    created_at    INTEGER NOT NULL,
    modified_at   INTEGER NOT NULL,
    UNIQUE (function_name, qualifier)
);

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

-- Every message from one process to an execution. A worker consumes it with the events it causes.
CREATE TABLE inbox (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    execution  INTEGER NOT NULL REFERENCES execution (id),
    kind       TEXT    NOT NULL,
    body       TEXT    NOT NULL,
    sent_at    INTEGER NOT NULL
);
CREATE INDEX inbox_by_execution ON inbox (execution);

CREATE TABLE layer_version (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    name          TEXT    NOT NULL,
    number        INTEGER NOT NULL,
    facts         TEXT    NOT NULL,            -- a JSON object: the response of GetLayerVersion without its Location
    content_dir   TEXT,                        -- a folder that is used in place; NULL: content_zip
    content_zip   BLOB,
    package_dirs  TEXT    NOT NULL,            -- a JSON array: further folders in the form of /opt
    deleted       INTEGER NOT NULL DEFAULT 0,  -- functions that have it keep it
    UNIQUE (name, number)
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

CREATE TABLE log_group (
    id              INTEGER PRIMARY KEY,
    name            TEXT    NOT NULL UNIQUE,
    created_at      INTEGER NOT NULL,
    retention_days  INTEGER,
    stored_bytes INTEGER NOT NULL DEFAULT 0,
    tags TEXT NOT NULL DEFAULT '{}'
);

CREATE TABLE log_stream (
    id          INTEGER PRIMARY KEY,
    log_group   INTEGER NOT NULL REFERENCES log_group (id) ON DELETE CASCADE,
    name        TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    UNIQUE (log_group, name)
);

CREATE TABLE map_run (
    id                            INTEGER PRIMARY KEY,
    arn                           TEXT    NOT NULL UNIQUE,
    task                          INTEGER NOT NULL UNIQUE,   -- the key of the MapRunStarted event
    state_machine_arn             TEXT    NOT NULL,          -- of its children: the state machine's, with the Map's label
    revision                      INTEGER NOT NULL REFERENCES revision (id),   -- what they run
    express                       INTEGER NOT NULL,
    status                        TEXT    NOT NULL,
    started_at                    INTEGER NOT NULL,
    stopped_at                    INTEGER,
    max_concurrency               INTEGER NOT NULL,
    tolerated_failure_count       INTEGER NOT NULL,
    tolerated_failure_percentage  REAL    NOT NULL,
    total_items                   INTEGER,                   -- NULL until they are counted
    started_items                 INTEGER NOT NULL DEFAULT 0,  -- those that children were given
    place                         INTEGER NOT NULL DEFAULT 0,  -- where the next item stands in the file of items
    redrive_count                 INTEGER NOT NULL DEFAULT 0,
    redriven_at                   INTEGER
);
CREATE INDEX map_run_by_machine ON map_run (state_machine_arn, id);

-- How many children have each status, and how many items these were given: kept instead of counted.
CREATE TABLE map_run_count (
    map_run     INTEGER NOT NULL REFERENCES map_run (id),
    status      TEXT    NOT NULL,
    executions  INTEGER NOT NULL,
    items       INTEGER NOT NULL,
    PRIMARY KEY (map_run, status)
) WITHOUT ROWID;

CREATE TABLE mocks (
    id    INTEGER PRIMARY KEY,
    body  TEXT NOT NULL UNIQUE                 -- JSON (sfn_cli/interpreter/mocks.py)
);

CREATE TABLE redrive_token (
    id         INTEGER PRIMARY KEY,
    execution  INTEGER NOT NULL REFERENCES execution (id),
    token      TEXT    NOT NULL,
    at         INTEGER NOT NULL,             -- when it redrove the execution, by the execution's own clock
    used_at    INTEGER NOT NULL              -- and by the wall's
);
CREATE INDEX redrive_token_by_execution ON redrive_token (execution, id);

-- How many executions were removed with their machines: row ids that were read before may be others now. One row.
CREATE TABLE removal (
    executions  INTEGER NOT NULL
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

CREATE TABLE route (
    alias     INTEGER NOT NULL REFERENCES alias (id) ON DELETE CASCADE,
    position  INTEGER NOT NULL,
    version   INTEGER NOT NULL REFERENCES version (id),
    weight    INTEGER NOT NULL,                -- percent
    PRIMARY KEY (alias, position)
) WITHOUT ROWID;
CREATE INDEX route_by_version ON route (version);

-- Schedules of EventBridge Scheduler.
CREATE TABLE schedule (
    arn          TEXT    PRIMARY KEY,
    group_name   TEXT    NOT NULL,
    name         TEXT    NOT NULL,
    expression   TEXT    NOT NULL,             -- rate(…), cron(…) or at(…)
    state        TEXT    NOT NULL,             -- ENABLED or DISABLED
    details      TEXT    NOT NULL,             -- JSON: the other members of CreateSchedule
    created_at   INTEGER NOT NULL,
    modified_at  INTEGER NOT NULL,
    next_at      INTEGER
);
CREATE INDEX schedule_by_name ON schedule (group_name, name);
CREATE INDEX schedule_due ON schedule (next_at) WHERE next_at IS NOT NULL;

-- The newest version of sfn that has opened the store: at most one row.
CREATE TABLE sfn_version (
    version  TEXT NOT NULL
);

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

CREATE TABLE stack (
    id          INTEGER PRIMARY KEY,
    name        TEXT    NOT NULL UNIQUE,
    arn         TEXT    NOT NULL,              -- CloudFormation's StackId
    kind        TEXT    NOT NULL,              -- what was read: "SAM template", …
    folder      TEXT    NOT NULL,              -- the project's folder, an absolute path
    source      TEXT    NOT NULL,              -- the file or folder that was read, an absolute path
    status      TEXT    NOT NULL,              -- CloudFormation's: CREATE_COMPLETE, UPDATE_IN_PROGRESS, …
    reason      TEXT,                          -- why it failed
    parameters  TEXT    NOT NULL,              -- JSON: name -> value
    outputs     TEXT    NOT NULL,              -- JSON: [{"OutputKey", "OutputValue", "Description", "ExportName"}]
    left_out    TEXT    NOT NULL,              -- JSON: logical id -> type, of what was not made
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    template TEXT,  -- the template's text as it was sent to CreateStack and others; NULL: read from `source`
    details TEXT NOT NULL DEFAULT '{}',  -- JSON: Description, Tags, Capabilities, RoleARN, DisableRollback, ParentId, RootId, …
    is_stopped INTEGER NOT NULL DEFAULT 0,  -- whether its schedules and event sources are stopped (sfn stack stop)
    data_lost_at INTEGER,  -- when the local services were last started again, without the data of its resources
    imports TEXT NOT NULL DEFAULT '[]'  -- JSON: the names of the exports of other stacks that it uses
);
CREATE INDEX stack_by_folder ON stack (folder);

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

-- The operation that changes a stack, until the stack has reached a state from which nothing is to be rolled back.
CREATE TABLE stack_operation (
    stack_arn     TEXT    PRIMARY KEY,
    verb          TEXT    NOT NULL,            -- CREATE, UPDATE, CLEANUP (the end of an update) or DELETE
    before        TEXT,                        -- JSON: the stack's row before the operation; NULL: there was none
    options       TEXT    NOT NULL,            -- JSON: the options that a rollback or a continued deletion needs
    is_cancelled  INTEGER NOT NULL DEFAULT 0,  -- whether CancelUpdateStack was called
    started_at    INTEGER NOT NULL
);

-- A row is written before the resource is made (…_IN_PROGRESS) and after: a deploy that was killed is completed by the next.
CREATE TABLE stack_resource (
    stack        INTEGER NOT NULL REFERENCES stack (id) ON DELETE CASCADE,
    position     INTEGER NOT NULL,             -- resources are deleted in the reverse of this order
    logical_id   TEXT    NOT NULL,
    type         TEXT    NOT NULL,             -- AWS::SQS::Queue
    physical_id  TEXT    NOT NULL,
    status       TEXT    NOT NULL,             -- CREATE_IN_PROGRESS, CREATE_COMPLETE, …
    properties   TEXT    NOT NULL,             -- JSON, resolved
    ref          TEXT    NOT NULL,             -- JSON: the value of Ref
    attributes   TEXT    NOT NULL,             -- JSON: the values of Fn::GetAtt
    server       TEXT,                         -- which start of the local services holds it; NULL: this store
    fingerprint  TEXT    NOT NULL,             -- of the files that the properties only name
    is_retained  INTEGER NOT NULL,  -- whether it stays when it leaves the stack (DeletionPolicy)
    updated_at INTEGER NOT NULL DEFAULT 0,  -- when its status last changed
    reason TEXT,  -- why it has this status
    generation INTEGER NOT NULL DEFAULT 0,  -- how often it was replaced: its generated names depend on this
    PRIMARY KEY (stack, logical_id, physical_id)
);
CREATE INDEX stack_resource_by_physical_id ON stack_resource (type, physical_id);

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

CREATE TABLE state_machine (
    id          INTEGER PRIMARY KEY,
    arn         TEXT    NOT NULL UNIQUE,
    name        TEXT    NOT NULL,
    type        TEXT    NOT NULL,
    status      TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    revision    INTEGER NOT NULL REFERENCES revision (id),
    tags        TEXT    NOT NULL DEFAULT '[]',
    last_version INTEGER NOT NULL DEFAULT 0,
    first_version TEXT,  -- the description of the version that its creation published, if it did
    deleted_at INTEGER  -- NULL: not deleted, or by an earlier version
);

-- One row per change that was noted and is not delivered yet.
CREATE TABLE status_change (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    execution  INTEGER NOT NULL REFERENCES execution (id),
    number     INTEGER NOT NULL,                -- of the execution's changes: 0 its start, 1 its end, 2 its first redrive, 3 the end after it …
    noted_at   INTEGER NOT NULL                 -- seconds since 1970
);

-- Who receives the status changes of executions: "rules" while a rule or an archive of a default event bus is enabled,
-- "endpoint" while a worker sends them to an endpoint that the user named. Changes are noted only while there is a row.
CREATE TABLE status_receiver (
    name  TEXT PRIMARY KEY
) WITHOUT ROWID;

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

-- One row per task that has a token; `key` is that of the event that scheduled it.
CREATE TABLE task (
    key      INTEGER PRIMARY KEY,
    handle   TEXT    NOT NULL UNIQUE,            -- the half of its token that finds it
    open     INTEGER NOT NULL DEFAULT 1,         -- 0 once it was answered, or closed otherwise
    beat_at  INTEGER,  -- the last heartbeat
    activity TEXT,  -- the ARN of the activity whose worker may take it
    taken INTEGER NOT NULL DEFAULT 0  -- whether one has
);
CREATE INDEX task_queue ON task (activity, key) WHERE activity IS NOT NULL AND open AND NOT taken;

CREATE TABLE version (
    id             INTEGER PRIMARY KEY,
    state_machine  INTEGER NOT NULL REFERENCES state_machine (id) ON DELETE CASCADE,
    number         INTEGER NOT NULL,
    revision       INTEGER NOT NULL REFERENCES revision (id),
    description    TEXT    NOT NULL,
    created_at     INTEGER NOT NULL,
    UNIQUE (state_machine, number),
    UNIQUE (state_machine, revision, description)
);

-- One row per worker that ever ran. That it lives is not told here but by the lock on its file.
CREATE TABLE worker (
    id          INTEGER PRIMARY KEY,
    slot        INTEGER NOT NULL,
    pid         INTEGER NOT NULL,
    started_at  INTEGER NOT NULL,
    version TEXT  -- NULL: older than this migration
);

-- Functions at all their versions; $LATEST has the number 0.
CREATE VIEW function_at AS
    SELECT id, name, 0 AS number, arn, configuration, code_dir, revision, updated_at, code_zip FROM function
    UNION ALL
    SELECT v.id, f.name, v.number, f.arn, v.configuration, NULL, 0, v.published_at, v.code_zip
    FROM function_version v JOIN function f ON f.id = v.function;
