-- Layers of functions: packages that several functions share. A version is never edited.

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
