-- Owned by Settlement: what each scheduled reconciliation found. ran_at is real time, whatever the clock follows; differences is their number, found the first of them (JSON).
CREATE TABLE reconciliations (
    ran_at BIGINT PRIMARY KEY,
    block BIGINT NOT NULL,
    compared BIGINT NOT NULL,
    differences BIGINT NOT NULL,
    found TEXT NOT NULL
);
