//! What is read from the fleet at each scrape: the age of positions rises while nothing happens, so
//! nothing would set a gauge.

use std::fmt;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric as _};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::{Registry, Unit};
use time::OffsetDateTime;

use crate::fleet::Fleet;

/// Registers `vehicle_position_age_seconds` and `vehicles_known`.
pub fn register(registry: &mut Registry, fleet: Fleet) {
    registry.register_collector(Box::new(FleetCollector(fleet)));
}

#[derive(Debug)]
struct FleetCollector(Fleet);

impl Collector for FleetCollector {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let age = self.0.age(OffsetDateTime::now_utc()).as_seconds_f64();
        ConstGauge::new(age).encode(encoder.encode_descriptor(
            "vehicle_position_age",
            "Age of the newest position of the vehicle that is most behind; 0 where there is no vehicle",
            Some(&Unit::Seconds),
            MetricType::Gauge,
        )?)?;
        let known = self.0.size() as u64;
        ConstGauge::new(known).encode(encoder.encode_descriptor(
            "vehicles_known",
            "Vehicles whose newest position is known",
            None,
            MetricType::Gauge,
        )?)
    }
}
