-- Owned by Parties: what the chain said of each account's standing; the last row of an account holds.
CREATE TABLE memberships (
    position BIGINT PRIMARY KEY,
    block_number BIGINT NOT NULL,
    account TEXT NOT NULL,
    valid_until BIGINT NOT NULL,
    jurisdiction BIGINT NOT NULL,
    investor_class BIGINT NOT NULL,
    blocked BIGINT NOT NULL
);
CREATE INDEX memberships_by_account ON memberships (account, position);
CREATE INDEX memberships_by_block ON memberships (block_number);
