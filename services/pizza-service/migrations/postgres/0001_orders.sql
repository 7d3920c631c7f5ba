-- Ids are UUIDs of version 7, so that their order is the order in which orders were taken.

CREATE TABLE orders (
    id          uuid        NOT NULL PRIMARY KEY,
    status      text        NOT NULL DEFAULT 'placed'
                            CHECK (status IN ('placed', 'dispatched', 'delivered', 'cancelled')),
    customer    text        NOT NULL,
    address     text        NOT NULL,
    items       jsonb       NOT NULL,
    total_cents bigint      NOT NULL CHECK (total_cents >= 0),
    placed_at   timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL
);

-- A page of one status, however far back, is one range of this index.
CREATE INDEX orders_by_status ON orders (status, id);

-- What the queue has not confirmed yet. The event is the order as it was placed, which never
-- changes: a row refers to it.
CREATE TABLE outbox (
    sequence    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id    uuid NOT NULL REFERENCES orders (id),
    traceparent text
);

-- Which order a client's Idempotency-Key led to.
CREATE TABLE idempotency_keys (
    key        text        NOT NULL PRIMARY KEY,
    order_id   uuid        NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
