-- Rules, schedules and what belongs to them: what turns an event, or a time, into deliveries.

-- Who receives the status changes of executions: "rules" while a rule or an archive of a default event bus is enabled,
-- "endpoint" while a worker sends them to an endpoint that the user named. Changes are noted only while there is a row.
CREATE TABLE status_receiver (
    name  TEXT PRIMARY KEY
) WITHOUT ROWID;

INSERT INTO status_receiver SELECT 'endpoint' FROM event_bus;
DROP TRIGGER execution_starts;
DROP TRIGGER execution_changes;
DROP TABLE event_bus;

CREATE TRIGGER execution_starts AFTER INSERT ON execution
WHEN EXISTS (SELECT 1 FROM status_receiver) AND instr(NEW.arn, ':express:') = 0
BEGIN
    INSERT INTO status_change (execution, number, noted_at) VALUES (NEW.id, 0, CAST(strftime('%s', 'now') AS INTEGER));
END;

CREATE TRIGGER execution_changes AFTER UPDATE OF status ON execution
WHEN EXISTS (SELECT 1 FROM status_receiver) AND (OLD.status = 'RUNNING') <> (NEW.status = 'RUNNING') AND instr(NEW.arn, ':express:') = 0
BEGIN
    INSERT INTO status_change (execution, number, noted_at)
    VALUES (NEW.id, 2 * NEW.redrive_count + (NEW.status <> 'RUNNING'), CAST(strftime('%s', 'now') AS INTEGER));
END;

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
