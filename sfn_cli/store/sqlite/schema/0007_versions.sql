-- Versions, which hold on to a revision under a number, and aliases, which lead to versions.

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

CREATE TABLE alias (
    id             INTEGER PRIMARY KEY,
    state_machine  INTEGER NOT NULL REFERENCES state_machine (id) ON DELETE CASCADE,
    name           TEXT    NOT NULL,
    description    TEXT    NOT NULL,
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL,
    UNIQUE (state_machine, name)
);

CREATE TABLE route (
    alias     INTEGER NOT NULL REFERENCES alias (id) ON DELETE CASCADE,
    position  INTEGER NOT NULL,
    version   INTEGER NOT NULL REFERENCES version (id),
    weight    INTEGER NOT NULL,                -- percent
    PRIMARY KEY (alias, position)
) WITHOUT ROWID;

CREATE INDEX route_by_version ON route (version);

-- Numbers of versions are never used again, so the last one is kept.
ALTER TABLE state_machine ADD COLUMN last_version INTEGER NOT NULL DEFAULT 0;
ALTER TABLE state_machine ADD COLUMN first_version TEXT;           -- the description of the version that its creation published, if it did

-- By what an execution was started. Its version and its alias may be gone.
ALTER TABLE execution ADD COLUMN version INTEGER;                  -- a version's number
ALTER TABLE execution ADD COLUMN alias TEXT;                       -- an alias's name

CREATE INDEX execution_by_version ON execution (state_machine_arn, version, started_at DESC, id DESC) WHERE version IS NOT NULL;
CREATE INDEX execution_by_alias ON execution (state_machine_arn, alias, started_at DESC, id DESC) WHERE alias IS NOT NULL;
