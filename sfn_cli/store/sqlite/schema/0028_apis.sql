-- APIs: the parts that an API of API Gateway consists of, and the URLs of functions.

CREATE TABLE api_part (
    version    INTEGER PRIMARY KEY AUTOINCREMENT, -- higher than that of every part saved before: who caches an API compares it
    api        TEXT    NOT NULL,                  -- the API's id; '' for parts of no API, such as API keys
    kind       TEXT    NOT NULL,                  -- the type in CloudFormation: AWS::ApiGateway::Method
    id         TEXT    NOT NULL,                  -- the part's id: of a stage, its name
    properties TEXT    NOT NULL,                  -- JSON, as CloudFormation's Properties
    UNIQUE (api, kind, id)
);

CREATE TABLE function_url (
    id            TEXT    PRIMARY KEY,            -- the first label of its host name in AWS
    function_name TEXT    NOT NULL,
    qualifier     TEXT    NOT NULL,               -- an alias; '' for none
    auth_type     TEXT    NOT NULL,               -- NONE or AWS_IAM
    cors          TEXT,                           -- JSON, as Lambda's Cors; NULL for none
    invoke_mode   TEXT    NOT NULL,               -- BUFFERED or RESPONSE_STREAM
    created_at    INTEGER NOT NULL,
    modified_at   INTEGER NOT NULL,
    UNIQUE (function_name, qualifier)
);
