//! Which alerts Alertmanager held back for the sake of others, and when.

use super::alertmanager::HeldAlert;
use super::prometheus::Labels;

/// A stretch of time in which an alert was inhibited, as far as it was seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Inhibited {
    /// The alert's labels.
    pub labels: Labels,
    /// The first look that found it so.
    pub from_s: f64,
    /// The last one.
    pub to_s: f64,
    /// Whether it was over while it was held back: then Alertmanager has forgotten it, and never
    /// tells of its end.
    pub ended: bool,
}

/// Every such stretch so far.
#[derive(Clone, Debug, Default)]
pub struct Inhibitions {
    all: Vec<Inhibited>,
    /// Those that still went on at the last look, by index.
    open: Vec<usize>,
}

impl Inhibitions {
    /// Takes in what Alertmanager holds `at_s` seconds after the drill's start.
    pub fn look(&mut self, at_s: f64, held: &[HeldAlert]) {
        let mut open = Vec::new();
        for index in std::mem::take(&mut self.open) {
            let stretch = &mut self.all[index];
            match held.iter().find(|alert| alert.labels == stretch.labels) {
                None => stretch.ended = true,
                Some(alert) if alert.is_inhibited() => {
                    stretch.to_s = at_s;
                    open.push(index);
                }
                Some(_) => {}
            }
        }
        for alert in held.iter().filter(|alert| alert.is_inhibited()) {
            let known = |index: &usize| self.all[*index].labels == alert.labels;
            if !open.iter().any(known) {
                open.push(self.all.len());
                self.all.push(Inhibited {
                    labels: alert.labels.clone(),
                    from_s: at_s,
                    to_s: at_s,
                    ended: false,
                });
            }
        }
        self.open = open;
    }

    /// The stretches, in the order in which they began.
    pub fn all(&self) -> &[Inhibited] {
        &self.all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(name: &str, by: &[&str]) -> HeldAlert {
        let json =
            serde_json::json!({ "labels": { "alertname": name }, "status": { "inhibitedBy": by } });
        serde_json::from_value(json).expect("an alert")
    }

    #[test]
    fn a_stretch_goes_on_from_look_to_look_and_another_one_is_another_one() {
        let mut inhibitions = Inhibitions::default();
        inhibitions.look(1.0, &[held("A", &[]), held("B", &["x"])]);
        inhibitions.look(2.0, &[held("A", &["x"]), held("B", &["x"])]);
        inhibitions.look(3.0, &[held("A", &[])]);
        inhibitions.look(4.0, &[held("A", &["x"])]);
        let seen: Vec<_> = inhibitions
            .all()
            .iter()
            .map(|one| {
                (
                    one.labels["alertname"].as_str(),
                    one.from_s,
                    one.to_s,
                    one.ended,
                )
            })
            .collect();
        assert_eq!(
            seen,
            [
                ("B", 1.0, 2.0, true),
                ("A", 2.0, 2.0, false),
                ("A", 4.0, 4.0, false)
            ]
        );
    }
}
