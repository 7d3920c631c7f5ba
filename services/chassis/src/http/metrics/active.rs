//! `http_server_active_requests`, and the label that somebody once adds to it.

use std::net::Ipv4Addr;
use std::sync::{Arc, OnceLock};

use prometheus_client::encoding::{EncodeLabelSet, EncodeMetric, MetricEncoder};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::gauge::Gauge;

use crate::faults::Faults;

/// The label of a version that wanted to know whose requests they are.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct ClientLabels {
    client: String,
}

/// The requests that are worked on. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(super) struct ActiveRequests(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    now: Gauge,
    faults: OnceLock<Faults>,
}

impl ActiveRequests {
    pub(super) fn now(&self) -> &Gauge {
        &self.0.now
    }

    /// The first ones stay: there is one API a process.
    pub(super) fn break_with(&self, faults: &Faults) {
        let _ = self.0.faults.set(faults.clone());
    }
}

impl EncodeMetric for ActiveRequests {
    /// The gauge; and beside it, while that is asked for, one a client. They are made up while they
    /// are written, so none of them is left afterwards.
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> Result<(), std::fmt::Error> {
        encoder.encode_gauge(&self.0.now.get())?;
        let clients = self.0.faults.get().map_or(0, Faults::explodes_label);
        for client in 0..clients {
            let labels = ClientLabels {
                client: Ipv4Addr::from_bits(FIRST_CLIENT + client).to_string(),
            };
            encoder.encode_family(&labels)?.encode_gauge(&0_i64)?;
        }
        Ok(())
    }

    fn metric_type(&self) -> MetricType {
        MetricType::Gauge
    }
}

/// 10.20.0.1
const FIRST_CLIENT: u32 = 0x0a14_0001;
