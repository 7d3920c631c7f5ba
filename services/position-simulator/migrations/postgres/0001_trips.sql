CREATE TABLE trips (
    trip_id     uuid        NOT NULL PRIMARY KEY,
    vehicle     text        NOT NULL,
    departs_at  timestamptz NOT NULL,
    returns_at  timestamptz NOT NULL CHECK (returns_at >= departs_at),
    time_factor integer     NOT NULL CHECK (time_factor > 0),
    traceparent text,
    announced   boolean     NOT NULL DEFAULT false
);

-- What is on the road, and what may be forgotten.
CREATE INDEX trips_by_return ON trips (returns_at);

-- Departures that the queue has not confirmed yet.
CREATE INDEX trips_to_announce ON trips (departs_at) WHERE NOT announced;

CREATE TABLE stops (
    trip_id   uuid        NOT NULL REFERENCES trips (trip_id) ON DELETE CASCADE,
    place     integer     NOT NULL,
    corner    integer     NOT NULL,
    due_at    timestamptz NOT NULL,
    announced boolean     NOT NULL DEFAULT false,
    PRIMARY KEY (trip_id, place)
);

-- Deliveries that the queue has not confirmed yet.
CREATE INDEX stops_to_announce ON stops (due_at) WHERE NOT announced;

-- Every order that came, until its trip is forgotten: one that comes again is known by it. Ids rise
-- with time, so that their order is the order in which orders were placed.
CREATE TABLE orders (
    order_id    uuid    NOT NULL PRIMARY KEY,
    corner      integer NOT NULL,
    traceparent text,
    trip_id     uuid,
    place       integer,
    FOREIGN KEY (trip_id, place) REFERENCES stops (trip_id, place) ON DELETE CASCADE,
    CHECK ((trip_id IS NULL) = (place IS NULL))
);

CREATE INDEX orders_waiting ON orders (order_id) WHERE trip_id IS NULL;

CREATE INDEX orders_by_stop ON orders (trip_id, place) WHERE trip_id IS NOT NULL;
