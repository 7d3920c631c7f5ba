-- Times are microseconds since the Unix epoch; trips are the sixteen bytes of a UUID.

-- Each vehicle with its newest position, so that a start reads one row a vehicle, however long the
-- history is.
CREATE TABLE vehicles (
    id      INTEGER NOT NULL PRIMARY KEY,
    name    TEXT    NOT NULL UNIQUE,
    at      INTEGER NOT NULL,
    x       REAL    NOT NULL,
    y       REAL    NOT NULL,
    heading REAL    NOT NULL,
    speed   REAL    NOT NULL,
    trip_id BLOB             CHECK (length(trip_id) = 16)
) STRICT;

-- Where vehicles were. A page of one vehicle is one range of the key, and so is what is pruned:
-- whole pages of the file become free, and the next positions take them.
CREATE TABLE positions (
    vehicle_id INTEGER NOT NULL REFERENCES vehicles (id),
    at         INTEGER NOT NULL,
    x          REAL    NOT NULL,
    y          REAL    NOT NULL,
    heading    REAL    NOT NULL,
    speed      REAL    NOT NULL,
    trip_id    BLOB             CHECK (length(trip_id) = 16),
    PRIMARY KEY (vehicle_id, at)
) STRICT, WITHOUT ROWID;
