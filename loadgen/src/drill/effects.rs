//! Measures the effects that neither the faults nor the generator count: restarts and queries.

use std::collections::BTreeMap;

use super::clock::Clock;
use super::faults::Faults;
use super::judge::EffectSeen;
use super::prometheus::Prometheus;
use super::screen::{Event, Screen};
use crate::scenario::Effect;

/// A measured value that moves by less than this is the same process: seconds.
const SAME_START: f64 = 0.001;

/// The effects of one drill, measured look by look.
pub struct Effects {
    wanted: Vec<Effect>,
    seen: Vec<EffectSeen>,
    services: BTreeMap<String, Faults>,
    starts: BTreeMap<String, f64>,
}

impl Effects {
    /// Effects that are wanted, and the services' telemetry ports by name.
    pub fn new(wanted: &[Effect], services: &BTreeMap<String, Faults>) -> Self {
        Self {
            wanted: wanted.to_vec(),
            seen: vec![EffectSeen::default(); wanted.len()],
            services: services.clone(),
            starts: BTreeMap::new(),
        }
    }

    /// Looks once at everything. What does not answer is looked at again next time.
    pub async fn look(
        &mut self,
        prometheus: Option<&Prometheus>,
        clock: Clock,
        screen: &dyn Screen,
    ) {
        for index in 0..self.wanted.len() {
            let strikes = match &self.wanted[index] {
                Effect::Restarts { service, .. } => {
                    let service = service.clone();
                    let restarted = self.restarted(&service).await;
                    if restarted {
                        screen.event(clock.now_s(), &Event::Restarted(service));
                    }
                    restarted
                }
                Effect::Query { promql } => match prometheus {
                    Some(prometheus) => prometheus.any(promql).await.unwrap_or(false),
                    None => false,
                },
                Effect::Strikes { .. } | Effect::Load { .. } => false,
            };
            if strikes {
                let seen = &mut self.seen[index];
                seen.count += 1;
                seen.first_s.get_or_insert(clock.now_s());
            }
        }
    }

    /// What was seen of each wanted effect, in order.
    pub fn seen(&self) -> &[EffectSeen] {
        &self.seen
    }

    /// How often a service was seen to have restarted, and when first; nothing where no effect
    /// asks for that.
    pub fn restarts(&self, of: &str) -> EffectSeen {
        let pairs = self.wanted.iter().zip(&self.seen);
        let mut seen = pairs.filter_map(|(effect, seen)| match effect {
            Effect::Restarts { service, .. } if service == of => Some(*seen),
            _ => None,
        });
        seen.next().unwrap_or_default()
    }

    /// Whether the service's process is another one than at the last look.
    async fn restarted(&mut self, service: &str) -> bool {
        let Some(telemetry) = self.services.get(service) else {
            return false;
        };
        let Ok(Some(start)) = telemetry.process_start().await else {
            return false;
        };
        let before = self.starts.insert(service.to_owned(), start);
        before.is_some_and(|before| (before - start).abs() > SAME_START)
    }
}
