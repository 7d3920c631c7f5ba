-- Each vehicle with its newest position, so that a start reads one row a vehicle, however long the
-- history is.
CREATE TABLE vehicles (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name    text             NOT NULL UNIQUE,
    at      timestamptz      NOT NULL,
    x       double precision NOT NULL,
    y       double precision NOT NULL,
    heading double precision NOT NULL,
    speed   double precision NOT NULL,
    trip_id uuid
);

-- Where vehicles were. A page of one vehicle is one range of the key.
CREATE TABLE positions (
    vehicle_id bigint           NOT NULL REFERENCES vehicles (id),
    at         timestamptz      NOT NULL,
    x          double precision NOT NULL,
    y          double precision NOT NULL,
    heading    double precision NOT NULL,
    speed      double precision NOT NULL,
    trip_id    uuid,
    PRIMARY KEY (vehicle_id, at)
);
