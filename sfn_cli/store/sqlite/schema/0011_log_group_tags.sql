-- Tags of log groups: a JSON object.

ALTER TABLE log_group ADD COLUMN tags TEXT NOT NULL DEFAULT '{}';
