//! The timeline in words.

use crate::drill::prometheus::{AlertState, Labels};
use crate::drill::screen::Event;

/// One line: seconds, what kind of thing, what.
pub(super) fn line(at_s: f64, event: &Event) -> String {
    let (kind, what) = words(event);
    format!("{at_s:>7.1} s  {kind:<9}  {what}")
}

fn words(event: &Event) -> (&'static str, String) {
    match event {
        Event::Phase(name) => ("phase", name.clone()),
        Event::FaultOn { service, kind } => ("fault", format!("{kind} at {service}")),
        Event::FaultStrikes { service, kind } => ("strikes", format!("{kind} at {service}")),
        // A fault that ends the process is not counted by it.
        Event::FaultOff {
            service,
            kind,
            strikes: 0,
        } => ("mended", format!("{kind} at {service}")),
        Event::FaultOff {
            service,
            kind,
            strikes,
        } => (
            "mended",
            format!("{kind} at {service}, struck {strikes} times"),
        ),
        Event::SilenceOn(what) => ("silenced", what.clone()),
        Event::SilenceOff(what) => ("silence", format!("{what}, taken back")),
        Event::Restarted(service) => ("restart", service.clone()),
        Event::Alert { labels, state } => match state {
            Some(AlertState::Firing) => ("FIRING", alert(labels)),
            Some(_) => ("pending", alert(labels)),
            None => ("over", alert(labels)),
        },
        Event::Delivered { labels, status } => ("delivered", format!("{} {status}", alert(labels))),
        Event::Trouble(reason) => ("TROUBLE", reason.clone()),
    }
}

/// The alert's name, and whose it is.
fn alert(labels: &Labels) -> String {
    let label = |name: &str| labels.get(name).map(String::as_str);
    let name = label("alertname").unwrap_or("?");
    match label("service") {
        Some(service) => format!("{name} ({service})"),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alert_is_named_with_its_service() {
        let labels = Labels::from([
            ("alertname".to_owned(), "ServiceDown".to_owned()),
            ("service".to_owned(), "pizza-service".to_owned()),
        ]);
        let event = Event::Alert {
            labels,
            state: Some(AlertState::Firing),
        };
        assert_eq!(
            line(12.34, &event),
            "   12.3 s  FIRING     ServiceDown (pizza-service)"
        );
    }
}
