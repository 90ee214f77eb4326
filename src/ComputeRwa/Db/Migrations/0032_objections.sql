-- Owned by Settlement, from chain events, append-only: objections of lessees to one epoch of their lease, and how each was decided.
CREATE TABLE lease_objections (
    position BIGINT PRIMARY KEY,
    lease_id TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    lessee TEXT NOT NULL,
    increment TEXT NOT NULL,
    minimum TEXT NOT NULL,
    decide_by BIGINT NOT NULL,
    block_number BIGINT NOT NULL,
    mined_at BIGINT NOT NULL,
    tx_hash TEXT NOT NULL
);
CREATE INDEX lease_objections_by_lease ON lease_objections (lease_id, position);
CREATE INDEX lease_objections_by_block ON lease_objections (block_number);

CREATE TABLE objection_resolutions (
    position BIGINT PRIMARY KEY,
    lease_id TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    granted TEXT NOT NULL,
    block_number BIGINT NOT NULL,
    mined_at BIGINT NOT NULL,
    tx_hash TEXT NOT NULL
);
CREATE INDEX objection_resolutions_by_lease ON objection_resolutions (lease_id, position);
CREATE INDEX objection_resolutions_by_block ON objection_resolutions (block_number);
