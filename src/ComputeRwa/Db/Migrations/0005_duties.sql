-- Owned by Db: work that one process at a time does. The token grows with each new holder; `until` is in milliseconds of the database's clock.
CREATE TABLE duties (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    token BIGINT NOT NULL,
    until BIGINT NOT NULL
);
