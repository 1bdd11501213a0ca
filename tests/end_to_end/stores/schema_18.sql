BEGIN TRANSACTION;
CREATE TABLE activity (
    id                        INTEGER PRIMARY KEY,
    arn                       TEXT    NOT NULL UNIQUE,
    name                      TEXT    NOT NULL,
    created_at                INTEGER NOT NULL,
    encryption_configuration  TEXT    NOT NULL,
    tags                      TEXT    NOT NULL DEFAULT '[]'
);
INSERT INTO "activity" VALUES(1,'arn:aws:states:us-east-1:123456789012:activity:work','work',1795802288222,'{"type":"AWS_OWNED_KEY"}','[]');
CREATE TABLE alias (
    id             INTEGER PRIMARY KEY,
    state_machine  INTEGER NOT NULL REFERENCES state_machine (id) ON DELETE CASCADE,
    name           TEXT    NOT NULL,
    description    TEXT    NOT NULL,
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL,
    UNIQUE (state_machine, name)
);
CREATE TABLE child (
    task       INTEGER PRIMARY KEY,              -- the key of the event that scheduled the task
    execution  INTEGER NOT NULL REFERENCES execution (id),
    awaited    INTEGER NOT NULL                  -- whether the task waits for its end
);
INSERT INTO "child" VALUES(196611,4,1);
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
INSERT INTO "event" VALUES(65537,0,1795824837535,'ExecutionStarted',0,NULL,'{"a": 1}','{"roleArn":"arn:aws:iam::123456789012:role/r"}');
INSERT INTO "event" VALUES(65538,0,1795824838334,'PassStateEntered',0,NULL,'{"a": 1}','{"name":"P"}');
INSERT INTO "event" VALUES(65539,2,1795824838334,'PassStateExited',0,NULL,'{"a": 1}','{"name":"P"}');
INSERT INTO "event" VALUES(65540,3,1795824838334,'ExecutionSucceeded',0,NULL,'{"a": 1}','{}');
INSERT INTO "event" VALUES(131073,0,1795824838280,'ExecutionStarted',0,NULL,'{}','{"roleArn":"arn:aws:iam::123456789012:role/r"}');
INSERT INTO "event" VALUES(131074,0,1795824838399,'FailStateEntered',0,NULL,'{}','{"name":"F"}');
INSERT INTO "event" VALUES(131075,2,1795824838399,'ExecutionFailed',0,NULL,NULL,'{"error":"E","cause":"c"}');
INSERT INTO "event" VALUES(196609,0,1795824839218,'ExecutionStarted',0,NULL,'{}','{"roleArn":"arn:aws:iam::123456789012:role/r"}');
INSERT INTO "event" VALUES(196610,0,1795824839411,'TaskStateEntered',0,NULL,'{}','{"name":"S"}');
INSERT INTO "event" VALUES(196611,2,1795824839411,'TaskScheduled',0,NULL,'{"StateMachineArn":"arn:aws:states:us-east-1:123456789012:stateMachine:Asks","Name":"child","Input":{"n":1}}','{"resourceType":"states","resource":"startExecution.sync:2","region":"us-east-1"}');
INSERT INTO "event" VALUES(196612,3,1795824839419,'TaskStarted',0,NULL,NULL,'{"resourceType":"states","resource":"startExecution.sync:2"}');
INSERT INTO "event" VALUES(196613,4,1795824839419,'TaskSubmitted',0,NULL,'{"ExecutionArn":"arn:aws:states:us-east-1:123456789012:execution:Asks:child","SdkHttpMetadata":{"AllHttpHeaders":{"connection":["keep-alive"],"Content-Length":["103"],"Content-Type":["application/x-amz-json-1.0"],"Date":["Fri, 27 Nov 2026 17:58:13 GMT"],"x-amzn-RequestId":["2205fac3-5b3e-4b29-b6a3-9bb10cf91279"]},"HttpHeaders":{"connection":"keep-alive","Content-Length":"103","Content-Type":"application/x-amz-json-1.0","Date":"Fri, 27 Nov 2026 17:58:13 GMT","x-amzn-RequestId":"2205fac3-5b3e-4b29-b6a3-9bb10cf91279"},"HttpStatusCode":200},"SdkResponseMetadata":{"RequestId":"2205fac3-5b3e-4b29-b6a3-9bb10cf91279"},"StartDate":1795802293057}','{"resourceType":"states","resource":"startExecution.sync:2"}');
INSERT INTO "event" VALUES(262145,0,1795824839413,'ExecutionStarted',0,NULL,'{"n":1}','{"roleArn":"arn:aws:iam::123456789012:role/r"}');
INSERT INTO "event" VALUES(262146,0,1795824839419,'TaskStateEntered',0,NULL,'{"n":1}','{"name":"A"}');
INSERT INTO "event" VALUES(262147,2,1795824839419,'ActivityScheduled',0,NULL,'{"n":1}','{"resource":"arn:aws:states:us-east-1:123456789012:activity:work"}');
INSERT INTO "event" VALUES(327681,0,1795824839660,'ExecutionStarted',0,NULL,'[1, 2, 3]','{"roleArn":"arn:aws:iam::123456789012:role/r"}');
INSERT INTO "event" VALUES(327682,0,1795824839803,'MapStateEntered',0,NULL,'[1, 2, 3]','{"name":"M"}');
INSERT INTO "event" VALUES(327683,2,1795824839803,'MapStateStarted',0,NULL,NULL,'{"length":3}');
INSERT INTO "event" VALUES(327684,3,1795824839803,'MapRunStarted',0,NULL,NULL,'{"mapRunArn":"arn:aws:states:us-east-1:123456789012:mapRun:Maps/M:da8725bf-a666-4158-b241-031c3a04dea9"}');
INSERT INTO "event" VALUES(327685,4,1795824839995,'MapRunSucceeded',0,NULL,'[1,2,3]','{}');
INSERT INTO "event" VALUES(327686,5,1795824839995,'MapStateSucceeded',0,NULL,NULL,NULL);
INSERT INTO "event" VALUES(327687,5,1795824839995,'MapStateExited',0,NULL,'[1,2,3]','{"name":"M"}');
INSERT INTO "event" VALUES(327688,7,1795824839995,'ExecutionSucceeded',0,NULL,'[1,2,3]','{}');
INSERT INTO "event" VALUES(393217,0,1795824839951,'ExecutionStarted',0,NULL,'1','{"roleArn":"arn:aws:iam::123456789012:role/r"}');
INSERT INTO "event" VALUES(393218,0,1795824839983,'PassStateEntered',0,NULL,'1','{"name":"P"}');
INSERT INTO "event" VALUES(393219,2,1795824839983,'PassStateExited',0,NULL,'1','{"name":"P"}');
INSERT INTO "event" VALUES(393220,3,1795824839983,'ExecutionSucceeded',0,NULL,'1','{}');
INSERT INTO "event" VALUES(458753,0,1795824839951,'ExecutionStarted',0,NULL,'2','{"roleArn":"arn:aws:iam::123456789012:role/r"}');
INSERT INTO "event" VALUES(458754,0,1795824839983,'PassStateEntered',0,NULL,'2','{"name":"P"}');
INSERT INTO "event" VALUES(458755,2,1795824839983,'PassStateExited',0,NULL,'2','{"name":"P"}');
INSERT INTO "event" VALUES(458756,3,1795824839983,'ExecutionSucceeded',0,NULL,'2','{}');
INSERT INTO "event" VALUES(524289,0,1795824839951,'ExecutionStarted',0,NULL,'3','{"roleArn":"arn:aws:iam::123456789012:role/r"}');
INSERT INTO "event" VALUES(524290,0,1795824839983,'PassStateEntered',0,NULL,'3','{"name":"P"}');
INSERT INTO "event" VALUES(524291,2,1795824839983,'PassStateExited',0,NULL,'3','{"name":"P"}');
INSERT INTO "event" VALUES(524292,3,1795824839983,'ExecutionSucceeded',0,NULL,'3','{}');
INSERT INTO "event" VALUES(589825,0,1795824840390,'ExecutionStarted',0,NULL,'{}','{"roleArn":"arn:aws:iam::123456789012:role/any"}');
INSERT INTO "event" VALUES(589826,0,1795824840702,'WaitStateEntered',0,NULL,'{}','{"name":"Wait"}');
INSERT INTO "event" VALUES(589827,2,1796084040704,'WaitStateExited',0,'Ask','{}','{"name":"Wait"}');
INSERT INTO "event" VALUES(589828,3,1796084040704,'TaskStateEntered',0,NULL,'{}','{"name":"Ask"}');
INSERT INTO "event" VALUES(589829,4,1796084040704,'ActivityScheduled',0,NULL,'{}','{"resource":"arn:aws:states:us-east-1:123456789012:activity:work"}');
CREATE TABLE event_bus (
    id  INTEGER PRIMARY KEY CHECK (id = 1)
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
, clock TEXT, map_run INTEGER REFERENCES map_run (id), item_count INTEGER, version INTEGER, alias TEXT, redrive_count INTEGER NOT NULL DEFAULT 0, redriven_at INTEGER, mocks INTEGER REFERENCES mocks (id));
INSERT INTO "execution" VALUES(1,'arn:aws:states:us-east-1:123456789012:execution:Pass:ended','arn:aws:states:us-east-1:123456789012:stateMachine:Pass','ended',1,'SUCCEEDED','{"a": 1}','{"a": 1}',NULL,NULL,NULL,1795824837535,1795824838334,'908852dfafbe5e447df3ed09924532e1',NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL);
INSERT INTO "execution" VALUES(2,'arn:aws:states:us-east-1:123456789012:execution:Fail:failed','arn:aws:states:us-east-1:123456789012:stateMachine:Fail','failed',2,'FAILED','{}',NULL,'E','c',NULL,1795824838280,1795824838399,'055d27b2cfdd8c513033c9df6c37612e',NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL);
INSERT INTO "execution" VALUES(3,'arn:aws:states:us-east-1:123456789012:execution:Starts:parent','arn:aws:states:us-east-1:123456789012:stateMachine:Starts','parent',4,'RUNNING','{}',NULL,NULL,NULL,NULL,1795824839218,NULL,'cee26170e0ec2ff45aa808db5c315194',2,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL);
INSERT INTO "execution" VALUES(4,'arn:aws:states:us-east-1:123456789012:execution:Asks:child','arn:aws:states:us-east-1:123456789012:stateMachine:Asks','child',3,'RUNNING','{"n":1}',NULL,NULL,NULL,NULL,1795824839413,NULL,'39f8779a595544447fa979932cc919dc',2,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL);
INSERT INTO "execution" VALUES(5,'arn:aws:states:us-east-1:123456789012:execution:Maps:mapped','arn:aws:states:us-east-1:123456789012:stateMachine:Maps','mapped',5,'SUCCEEDED','[1, 2, 3]','[1,2,3]',NULL,NULL,NULL,1795824839660,1795824839995,'10f43abc518696b5bfeb1036dd72713f',NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL);
INSERT INTO "execution" VALUES(6,'arn:aws:states:us-east-1:123456789012:execution:Maps/M:01a21e28-655b-7315-8798-42ca045e0398','arn:aws:states:us-east-1:123456789012:stateMachine:Maps/M','01a21e28-655b-7315-8798-42ca045e0398',6,'SUCCEEDED','1','1',NULL,NULL,NULL,1795824839951,1795824839983,'44978fc33f5db59c5ed536149b929dcf',NULL,NULL,1,1,NULL,NULL,0,NULL,NULL);
INSERT INTO "execution" VALUES(7,'arn:aws:states:us-east-1:123456789012:execution:Maps/M:01a21e28-655b-7262-a52a-7dda2a48245e','arn:aws:states:us-east-1:123456789012:stateMachine:Maps/M','01a21e28-655b-7262-a52a-7dda2a48245e',6,'SUCCEEDED','2','2',NULL,NULL,NULL,1795824839951,1795824839983,'3642571b64a728f30c9b485443b0eec6',NULL,NULL,1,1,NULL,NULL,0,NULL,NULL);
INSERT INTO "execution" VALUES(8,'arn:aws:states:us-east-1:123456789012:execution:Maps/M:01a21e28-655b-757a-963f-66284407b001','arn:aws:states:us-east-1:123456789012:stateMachine:Maps/M','01a21e28-655b-757a-963f-66284407b001',6,'SUCCEEDED','3','3',NULL,NULL,NULL,1795824839951,1795824839983,'634ffe31d7c68510a7d7f7ca039d30af',NULL,NULL,1,1,NULL,NULL,0,NULL,NULL);
INSERT INTO "execution" VALUES(9,'arn:aws:states:us-east-1:123456789012:execution:Days:virtual','arn:aws:states:us-east-1:123456789012:stateMachine:Days','virtual',7,'RUNNING','{}',NULL,NULL,NULL,NULL,1795824840390,NULL,'e5719f60c6b82865669c0010e2c43c52',2,'virtual',NULL,NULL,NULL,NULL,0,NULL,NULL);
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
CREATE TABLE function_number (
    name  TEXT    PRIMARY KEY,
    last  INTEGER NOT NULL
) WITHOUT ROWID;
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
CREATE TABLE inbox (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    execution  INTEGER NOT NULL REFERENCES execution (id),
    kind       TEXT    NOT NULL,
    body       TEXT    NOT NULL,
    sent_at    INTEGER NOT NULL
);
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
CREATE TABLE log_event (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    log_stream   INTEGER NOT NULL REFERENCES log_stream (id) ON DELETE CASCADE,
    at           INTEGER NOT NULL,
    ingested_at  INTEGER NOT NULL,
    message      TEXT    NOT NULL
);
CREATE TABLE log_group (
    id              INTEGER PRIMARY KEY,
    name            TEXT    NOT NULL UNIQUE,
    created_at      INTEGER NOT NULL,
    retention_days  INTEGER
, stored_bytes INTEGER NOT NULL DEFAULT 0, tags TEXT NOT NULL DEFAULT '{}');
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
INSERT INTO "map_run" VALUES(1,'arn:aws:states:us-east-1:123456789012:mapRun:Maps/M:da8725bf-a666-4158-b241-031c3a04dea9',327684,'arn:aws:states:us-east-1:123456789012:stateMachine:Maps/M',6,0,'SUCCEEDED',1795824839897,1795824839995,0,0,0.0,3,3,3,0,NULL);
CREATE TABLE map_run_count (
    map_run     INTEGER NOT NULL REFERENCES map_run (id),
    status      TEXT    NOT NULL,
    executions  INTEGER NOT NULL,
    items       INTEGER NOT NULL,
    PRIMARY KEY (map_run, status)
) WITHOUT ROWID;
INSERT INTO "map_run_count" VALUES(1,'RUNNING',0,0);
INSERT INTO "map_run_count" VALUES(1,'SUCCEEDED',3,3);
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
INSERT INTO "revision" VALUES(1,NULL,'{"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}','arn:aws:iam::123456789012:role/r','{"level":"OFF","includeExecutionData":false}','{"enabled":false}','{"type":"AWS_OWNED_KEY"}',1795802286431);
INSERT INTO "revision" VALUES(2,NULL,'{"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "E", "Cause": "c"}}}','arn:aws:iam::123456789012:role/r','{"level":"OFF","includeExecutionData":false}','{"enabled":false}','{"type":"AWS_OWNED_KEY"}',1795802287689);
INSERT INTO "revision" VALUES(3,NULL,'{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:work", "Next": "P"}, "P": {"Type": "Pass", "End": true}}}','arn:aws:iam::123456789012:role/r','{"level":"OFF","includeExecutionData":false}','{"enabled":false}','{"type":"AWS_OWNED_KEY"}',1795802289056);
INSERT INTO "revision" VALUES(4,NULL,'{"StartAt": "S", "States": {"S": {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "Parameters": {"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:Asks", "Name": "child", "Input": {"n": 1}}, "End": true}}}','arn:aws:iam::123456789012:role/r','{"level":"OFF","includeExecutionData":false}','{"enabled":false}','{"type":"AWS_OWNED_KEY"}',1795802290189);
INSERT INTO "revision" VALUES(5,NULL,'{"StartAt": "M", "States": {"M": {"Type": "Map", "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}, "Label": "M", "End": true}}}','arn:aws:iam::123456789012:role/r','{"level":"OFF","includeExecutionData":false}','{"enabled":false}','{"type":"AWS_OWNED_KEY"}',1795802290897);
INSERT INTO "revision" VALUES(6,NULL,'{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}','arn:aws:iam::123456789012:role/r','{"level":"OFF","includeExecutionData":false}','{"enabled":false}','{"type":"AWS_OWNED_KEY"}',1795802290897);
INSERT INTO "revision" VALUES(7,NULL,'{"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 259200, "Next": "Ask"}, "Ask": {"Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:work", "Next": "Again"}, "Again": {"Type": "Wait", "Seconds": 172800, "End": true}}}','arn:aws:iam::123456789012:role/any','{"level":"OFF","includeExecutionData":false}','{"enabled":false}','{"type":"AWS_OWNED_KEY"}',1795824840177);
CREATE TABLE route (
    alias     INTEGER NOT NULL REFERENCES alias (id) ON DELETE CASCADE,
    position  INTEGER NOT NULL,
    version   INTEGER NOT NULL REFERENCES version (id),
    weight    INTEGER NOT NULL,                -- percent
    PRIMARY KEY (alias, position)
) WITHOUT ROWID;
CREATE TABLE sfn_version (
    version  TEXT NOT NULL
);
INSERT INTO "sfn_version" VALUES('0.2.0');
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
    updated_at  INTEGER NOT NULL
);
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
    is_retained  INTEGER NOT NULL,             -- whether it stays when it leaves the stack (DeletionPolicy)
    PRIMARY KEY (stack, logical_id, physical_id)
);
CREATE TABLE state_machine (
    id          INTEGER PRIMARY KEY,
    arn         TEXT    NOT NULL UNIQUE,
    name        TEXT    NOT NULL,
    type        TEXT    NOT NULL,
    status      TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    revision    INTEGER NOT NULL REFERENCES revision (id),
    tags        TEXT    NOT NULL DEFAULT '[]'
, last_version INTEGER NOT NULL DEFAULT 0, first_version TEXT);
INSERT INTO "state_machine" VALUES(1,'arn:aws:states:us-east-1:123456789012:stateMachine:Pass','Pass','STANDARD','ACTIVE',1795802286243,1,'[]',1,'');
INSERT INTO "state_machine" VALUES(2,'arn:aws:states:us-east-1:123456789012:stateMachine:Fail','Fail','STANDARD','ACTIVE',1795802287410,2,'[]',0,NULL);
INSERT INTO "state_machine" VALUES(3,'arn:aws:states:us-east-1:123456789012:stateMachine:Asks','Asks','STANDARD','ACTIVE',1795802288866,3,'[]',0,NULL);
INSERT INTO "state_machine" VALUES(4,'arn:aws:states:us-east-1:123456789012:stateMachine:Starts','Starts','STANDARD','ACTIVE',1795802289966,4,'[]',0,NULL);
INSERT INTO "state_machine" VALUES(5,'arn:aws:states:us-east-1:123456789012:stateMachine:Maps','Maps','STANDARD','ACTIVE',1795802290645,5,'[]',0,NULL);
INSERT INTO "state_machine" VALUES(6,'arn:aws:states:us-east-1:123456789012:stateMachine:Days','Days','STANDARD','ACTIVE',1795824840123,7,'[]',0,NULL);
CREATE TABLE status_change (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    execution  INTEGER NOT NULL REFERENCES execution (id),
    number     INTEGER NOT NULL,                -- of the execution's changes: 0 its start, 1 its end, 2 its first redrive, 3 the end after it …
    noted_at   INTEGER NOT NULL                 -- seconds since 1970
);
CREATE TABLE suspension (
    execution   INTEGER PRIMARY KEY REFERENCES execution (id),
    attempts    INTEGER NOT NULL,              -- without a new event in between
    last_event  INTEGER NOT NULL,              -- the id of the execution's last event
    version     TEXT    NOT NULL,              -- of the sfn that failed
    failed_at   INTEGER NOT NULL,
    error       TEXT    NOT NULL,              -- in a line: "TypeError: …"
    traceback   TEXT    NOT NULL
);
CREATE TABLE task (
    key      INTEGER PRIMARY KEY,
    handle   TEXT    NOT NULL UNIQUE,            -- the half of its token that finds it
    open     INTEGER NOT NULL DEFAULT 1,         -- 0 once it was answered, or closed otherwise
    beat_at  INTEGER                             -- the last heartbeat
, activity TEXT, taken INTEGER NOT NULL DEFAULT 0);
INSERT INTO "task" VALUES(196611,'f26282cbf58f989bc6fca8a839d369cd7f8f7cbf28e9d003db8dc3b96549e2c6',1,NULL,NULL,0);
INSERT INTO "task" VALUES(262147,'eb1965e1dfbf7e14b2a33786fb4db27ed828089733bef6b6ed31a247c8694120',1,NULL,'arn:aws:states:us-east-1:123456789012:activity:work',0);
INSERT INTO "task" VALUES(589829,'1d9a3bfb42d79bbdea10c9433d5e6fec47fa141c583cce0f5cf67892daf48e59',1,NULL,'arn:aws:states:us-east-1:123456789012:activity:work',0);
CREATE TABLE version (
    id             INTEGER PRIMARY KEY,
    state_machine  INTEGER NOT NULL REFERENCES state_machine (id) ON DELETE CASCADE,
    number         INTEGER NOT NULL,
    revision       INTEGER NOT NULL REFERENCES revision (id),
    description    TEXT    NOT NULL,
    created_at     INTEGER NOT NULL,
    UNIQUE (state_machine, number),
    UNIQUE (state_machine, revision)
);
INSERT INTO "version" VALUES(1,1,1,1,'',1795802286243);
CREATE TABLE worker (
    id          INTEGER PRIMARY KEY,
    slot        INTEGER NOT NULL,
    pid         INTEGER NOT NULL,
    started_at  INTEGER NOT NULL
, version TEXT);
INSERT INTO "worker" VALUES(1,0,4549,1795802291942,'0.2.0');
INSERT INTO "worker" VALUES(2,0,18755,1795824840696,'0.2.0');
CREATE INDEX execution_by_machine ON execution (state_machine_arn, started_at DESC, id DESC);
CREATE INDEX execution_running ON execution (owner) WHERE status = 'RUNNING';
CREATE INDEX log_event_by_stream ON log_event (log_stream, at, id);
CREATE INDEX child_by_execution ON child (execution);
CREATE INDEX inbox_by_execution ON inbox (execution);
CREATE INDEX execution_by_status ON execution (state_machine_arn, status, started_at DESC, id DESC);
CREATE INDEX task_queue ON task (activity, key) WHERE activity IS NOT NULL AND open AND NOT taken;
CREATE INDEX execution_pending_redrive ON execution (map_run, id) WHERE status = 'PENDING_REDRIVE';
CREATE INDEX map_run_by_machine ON map_run (state_machine_arn, id);
CREATE INDEX route_by_version ON route (version);
CREATE INDEX execution_by_version ON execution (state_machine_arn, version, started_at DESC, id DESC) WHERE version IS NOT NULL;
CREATE INDEX execution_by_alias ON execution (state_machine_arn, alias, started_at DESC, id DESC) WHERE alias IS NOT NULL;
CREATE INDEX redrive_token_by_execution ON redrive_token (execution, id);
CREATE VIEW function_at AS
    SELECT id, name, 0 AS number, arn, configuration, code_dir, revision, updated_at, code_zip FROM function
    UNION ALL
    SELECT v.id, f.name, v.number, f.arn, v.configuration, NULL, 0, v.published_at, v.code_zip
    FROM function_version v JOIN function f ON f.id = v.function;
CREATE INDEX function_event_due ON function_event (due_at);
CREATE TRIGGER execution_starts AFTER INSERT ON execution
WHEN EXISTS (SELECT 1 FROM event_bus) AND instr(NEW.arn, ':express:') = 0
BEGIN
    INSERT INTO status_change (execution, number, noted_at) VALUES (NEW.id, 0, CAST(strftime('%s', 'now') AS INTEGER));
END;
CREATE TRIGGER execution_changes AFTER UPDATE OF status ON execution
WHEN EXISTS (SELECT 1 FROM event_bus) AND (OLD.status = 'RUNNING') <> (NEW.status = 'RUNNING') AND instr(NEW.arn, ':express:') = 0
BEGIN
    INSERT INTO status_change (execution, number, noted_at)
    VALUES (NEW.id, 2 * NEW.redrive_count + (NEW.status <> 'RUNNING'), CAST(strftime('%s', 'now') AS INTEGER));
END;
CREATE INDEX execution_by_end ON execution (stopped_at) WHERE stopped_at IS NOT NULL;
CREATE INDEX execution_by_redrive ON execution (redriven_at) WHERE redriven_at IS NOT NULL;
CREATE INDEX execution_by_map_run ON execution (map_run, started_at DESC, id DESC) WHERE map_run IS NOT NULL;
CREATE INDEX stack_by_folder ON stack (folder);
CREATE INDEX stack_resource_by_physical_id ON stack_resource (type, physical_id);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('inbox',0);
INSERT INTO "sqlite_sequence" VALUES('status_change',0);
COMMIT;
PRAGMA user_version = 18;
