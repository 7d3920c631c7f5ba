//! What was done to the company: the phases of the load, and the faults.

use super::axis::Axis;
use super::lane;
use super::svg;
use crate::load::report::PhaseReport;
use crate::report::html::markup::{each, text};
use crate::report::html::words;
use crate::report::record::FaultRecord;

/// The phases, each with its name.
pub(super) fn phases(phases: &[PhaseReport], axis: Axis) -> String {
    if phases.is_empty() {
        return String::new();
    }
    let boxes = each(phases, |phase| {
        let name = text(&phase.name);
        format!(
            "<span class=\"phase\" style=\"{place}\" title=\"{name}, {from} to {to}\">{name}</span>",
            place = axis.stretch(phase.starts_s, phase.ends_s),
            from = words::seconds(phase.starts_s),
            to = words::seconds(phase.ends_s),
        )
    });
    lane("phases", "<b>Load</b>", &boxes)
}

/// One lane a service and kind; a fault that was put again and again has several bars in it.
pub(super) fn faults(faults: &[FaultRecord], axis: Axis) -> String {
    let mut groups: Vec<Vec<&FaultRecord>> = Vec::new();
    for fault in faults {
        let same = groups.iter_mut().find(|group| {
            group
                .first()
                .is_some_and(|first| first.service == fault.service && first.kind == fault.kind)
        });
        match same {
            Some(group) => group.push(fault),
            None => groups.push(vec![fault]),
        }
    }
    each(&groups, |group| fault_lane(group, axis))
}

fn fault_lane(faults: &[&FaultRecord], axis: Axis) -> String {
    let Some(first) = faults.first() else {
        return String::new();
    };
    let strikes: u64 = faults.iter().map(|fault| fault.strikes).sum();
    // A fault that ends its process takes its count along: none is not nothing.
    let struck = match strikes {
        0 => String::new(),
        strikes => format!("struck {}×", words::count(strikes)),
    };
    let name = format!(
        "<b>{kind}</b> <span class=\"quiet\">fault</span><span class=\"line\"><span class=\"service\">{service}</span> \
         <span class=\"quiet\">{struck}</span></span>",
        kind = text(&first.kind),
        service = text(&first.service),
    );
    lane("bars fault", &name, &each(faults, |fault| bar(fault, axis)))
}

fn bar(fault: &FaultRecord, axis: Axis) -> String {
    let bar = format!(
        "<i class=\"bar fault\" style=\"{}\" title=\"{} to {}\"></i>",
        axis.stretch(fault.from_s, fault.to_s),
        words::seconds(fault.from_s),
        words::seconds(fault.to_s),
    );
    let effect = fault.effect_s.map_or_else(String::new, |at| {
        format!(
            "<span class=\"at\" style=\"{}\" title=\"effect proven at {}\">{}</span>",
            axis.point(at),
            words::seconds(at),
            svg::DIAMOND
        )
    });
    bar + &effect
}
