-- Owned by Fleet: keys in the place of the one that a node was registered with, each from the number of a batch on. Written once: evidence rests on them.
-- authorised_by is 'key' or 'provider'.
CREATE TABLE node_signing_keys (
    node_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    from_sequence BIGINT NOT NULL,
    signing_key TEXT NOT NULL UNIQUE,
    authorisation TEXT NOT NULL,
    possession TEXT NOT NULL,
    authorised_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (node_id, number)
);
