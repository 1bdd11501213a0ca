-- Map Runs, and the child executions that belong to them.

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

-- How many children have each status, and how many items these were given: kept instead of counted.
CREATE TABLE map_run_count (
    map_run     INTEGER NOT NULL REFERENCES map_run (id),
    status      TEXT    NOT NULL,
    executions  INTEGER NOT NULL,
    items       INTEGER NOT NULL,
    PRIMARY KEY (map_run, status)
) WITHOUT ROWID;

ALTER TABLE execution ADD COLUMN map_run INTEGER REFERENCES map_run (id);
ALTER TABLE execution ADD COLUMN item_count INTEGER;

CREATE INDEX execution_pending_redrive ON execution (map_run, id) WHERE status = 'PENDING_REDRIVE';
CREATE INDEX execution_by_map_run ON execution (map_run) WHERE map_run IS NOT NULL;
CREATE INDEX map_run_by_machine ON map_run (state_machine_arn, id);
