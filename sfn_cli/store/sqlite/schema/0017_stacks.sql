-- Stacks: what a deploy of a project made, so that the next deploy changes only what differs, and all of it goes as one.

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

CREATE INDEX stack_by_folder ON stack (folder);

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
    is_retained  INTEGER NOT NULL,             -- whether it stays when it leaves the stack (DeletionPolicy)
    PRIMARY KEY (stack, logical_id, physical_id)
);

CREATE INDEX stack_resource_by_physical_id ON stack_resource (type, physical_id);
