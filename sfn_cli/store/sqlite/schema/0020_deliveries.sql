-- Deliveries: an event and one target that must get it, from the moment that its source has accepted it.

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

CREATE INDEX delivery_pending ON delivery (due_at, id) WHERE status = 'PENDING';
CREATE INDEX delivery_by_change ON delivery (changed_at);
