-- Status changes of executions: those that are owed to an event bus, and what finds those of a span of time.

-- Holds a row while somebody delivers the changes: only then are they noted.
CREATE TABLE event_bus (
    id  INTEGER PRIMARY KEY CHECK (id = 1)
);

-- One row per change that was noted and is not delivered yet.
CREATE TABLE status_change (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    execution  INTEGER NOT NULL REFERENCES execution (id),
    number     INTEGER NOT NULL,                -- of the execution's changes: 0 its start, 1 its end, 2 its first redrive, 3 the end after it …
    noted_at   INTEGER NOT NULL                 -- seconds since 1970
);

-- Noted in the transaction that makes the change, whoever makes it. EXPRESS executions emit none.
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
