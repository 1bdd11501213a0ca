-- Lists of a status, and whether a machine still runs, at once however many executions there are;
-- and what a log group holds, kept instead of counted.

CREATE INDEX execution_by_status ON execution (state_machine_arn, status, started_at DESC, id DESC);

ALTER TABLE log_group ADD COLUMN stored_bytes INTEGER NOT NULL DEFAULT 0;

UPDATE log_group SET stored_bytes = (
    SELECT coalesce(sum(length(CAST(message AS BLOB))), 0)
    FROM log_event JOIN log_stream ON log_stream.id = log_event.log_stream
    WHERE log_stream.log_group = log_group.id
);
