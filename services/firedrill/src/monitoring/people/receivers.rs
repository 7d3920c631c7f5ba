//! People's receivers and the ways to them, added to Alertmanager's configuration.

use anyhow::Context as _;
use serde_json::{Value, json};

use super::{People, Severity};
use crate::monitoring::embedded::TEMPLATES;

/// Adds them. Each way to each severity is a route and a receiver of its own: Alertmanager sends a
/// group's next notification only when all of its receiver's ways are through, so a mail server that
/// hangs would hold the others back.
///
/// # Errors
/// When the configuration lacks what it is added to.
pub(in crate::monitoring) fn tell(people: &People, config: &mut Value) -> anyhow::Result<()> {
    if people.0.is_empty() {
        return Ok(());
    }
    config["templates"] = json!([TEMPLATES.path]);
    for severity in Severity::ALL {
        let routes = array(&mut config["route"]["routes"]).context("no `routes`")?;
        let index = routes
            .iter()
            .position(|route| route["receiver"] == severity.name())
            .with_context(|| format!("no route to `{}`", severity.name()))?;
        routes[index]["continue"] = true.into();
        for (offset, channel) in people.0.iter().enumerate() {
            let mut route = routes[index].clone();
            route["receiver"] = name(severity, channel.name()).into();
            routes.insert(index + 1 + offset, route);
        }
        let receivers = array(&mut config["receivers"]).context("no `receivers`")?;
        for channel in &people.0 {
            let key = format!("{}_configs", channel.name());
            receivers.push(json!({
                "name": name(severity, channel.name()),
                key: [channel.config(severity)],
            }));
        }
    }
    Ok(())
}

/// `page-slack`
fn name(severity: Severity, channel: &str) -> String {
    format!("{}-{channel}", severity.name())
}

fn array(value: &mut Value) -> Option<&mut Vec<Value>> {
    value.as_array_mut()
}
