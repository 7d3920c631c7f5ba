-- Times are milliseconds since the Unix epoch; ids are the sixteen bytes of a UUID of version 7, so
-- that their order is the order in which orders were taken.

CREATE TABLE orders (
    id          BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    status      TEXT    NOT NULL DEFAULT 'placed'
                        CHECK (status IN ('placed', 'dispatched', 'delivered', 'cancelled')),
    customer    TEXT    NOT NULL,
    address     TEXT    NOT NULL,
    items       TEXT    NOT NULL, -- JSON
    total_cents INTEGER NOT NULL CHECK (total_cents >= 0),
    placed_at   INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A page of one status, however far back, is one range of this index.
CREATE INDEX orders_by_status ON orders (status, id);

-- What the queue has not confirmed yet. The event is the order as it was placed, which never
-- changes: a row refers to it. A sequence is never used again (AUTOINCREMENT): an acknowledgement
-- that is repeated must not hit another event.
CREATE TABLE outbox (
    sequence    INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    order_id    BLOB    NOT NULL REFERENCES orders (id),
    traceparent TEXT
) STRICT;

-- Which order a client's Idempotency-Key led to.
CREATE TABLE idempotency_keys (
    key        TEXT    NOT NULL PRIMARY KEY,
    order_id   BLOB    NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
