-- Times are milliseconds since the Unix epoch; ids are the sixteen bytes of a UUID.

CREATE TABLE trips (
    trip_id     BLOB    NOT NULL PRIMARY KEY CHECK (length(trip_id) = 16),
    vehicle     TEXT    NOT NULL,
    departs_at  INTEGER NOT NULL CHECK (departs_at % 1000 = 0),
    returns_at  INTEGER NOT NULL CHECK (returns_at >= departs_at),
    time_factor INTEGER NOT NULL CHECK (time_factor > 0),
    traceparent TEXT,
    announced   INTEGER NOT NULL DEFAULT 0 CHECK (announced IN (0, 1))
) STRICT, WITHOUT ROWID;

-- What is on the road, and what may be forgotten.
CREATE INDEX trips_by_return ON trips (returns_at);

-- Departures that the queue has not confirmed yet.
CREATE INDEX trips_to_announce ON trips (departs_at) WHERE announced = 0;

CREATE TABLE stops (
    trip_id   BLOB    NOT NULL REFERENCES trips (trip_id) ON DELETE CASCADE,
    place     INTEGER NOT NULL,
    corner    INTEGER NOT NULL,
    due_at    INTEGER NOT NULL,
    announced INTEGER NOT NULL DEFAULT 0 CHECK (announced IN (0, 1)),
    PRIMARY KEY (trip_id, place)
) STRICT, WITHOUT ROWID;

-- Deliveries that the queue has not confirmed yet.
CREATE INDEX stops_to_announce ON stops (due_at) WHERE announced = 0;

-- Every order that came, until its trip is forgotten: one that comes again is known by it. Ids rise
-- with time, so that their order is the order in which orders were placed.
CREATE TABLE orders (
    order_id    BLOB    NOT NULL PRIMARY KEY CHECK (length(order_id) = 16),
    corner      INTEGER NOT NULL,
    traceparent TEXT,
    trip_id     BLOB,
    place       INTEGER,
    FOREIGN KEY (trip_id, place) REFERENCES stops (trip_id, place) ON DELETE CASCADE,
    CHECK ((trip_id IS NULL) = (place IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX orders_waiting ON orders (order_id) WHERE trip_id IS NULL;

CREATE INDEX orders_by_stop ON orders (trip_id, place) WHERE trip_id IS NOT NULL;
