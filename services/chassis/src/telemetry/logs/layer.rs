//! The layer that writes events as lines. It looks at events only: a span costs the log nothing.

use std::cell::RefCell;

use opentelemetry::trace::TraceContextExt as _;
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer};

use super::clock::Clock;
use super::line::{HumanLine, JsonLine};
use super::writer::Lines;

/// What a thread builds its lines with: each in one piece, so that lines never mix.
#[derive(Default)]
struct Desk {
    clock: Clock,
    line: Vec<u8>,
}

thread_local! {
    static DESK: RefCell<Desk> = RefCell::default();
}

/// Writes each event as one line.
pub(super) struct LogLayer {
    service: &'static str,
    human: bool,
    lines: Lines,
}

impl LogLayer {
    pub(super) const fn new(service: &'static str, human: bool, lines: Lines) -> Self {
        Self {
            service,
            human,
            lines,
        }
    }

    fn write(&self, event: &Event<'_>, Desk { clock, line }: &mut Desk) {
        line.clear();
        opentelemetry::Context::map_current(|context| {
            let span = context.span();
            let ids = Some(span.span_context()).filter(|ids| ids.is_valid());
            if self.human {
                let mut human = HumanLine::begin(line, clock.now(), event.metadata());
                event.record(&mut human);
                human.end(ids);
            } else {
                let mut json = JsonLine::begin(line, clock.now(), self.service, event.metadata());
                event.record(&mut json);
                json.end(ids);
            }
        });
        self.lines.push(*event.metadata().level(), line);
    }
}

impl<S: Subscriber> Layer<S> for LogLayer {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        DESK.with(|desk| {
            // A value whose Display logs would come back here: its line is lost, not the process.
            if let Ok(mut desk) = desk.try_borrow_mut() {
                self.write(event, &mut desk);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::logs::writer;
    use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId, TraceState};
    use prometheus_client::registry::Registry;
    use tracing_subscriber::layer::SubscriberExt as _;

    /// What these events look like, within a trace, to people.
    fn shown(events: impl FnOnce()) -> String {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let out = file.reopen().expect("the file");
        let (lines, writing) = writer::start(out, &mut Registry::default()).expect("a thread");
        let layer = LogLayer::new("oven", true, lines);
        let ids = SpanContext::new(
            TraceId::from(0x0123_4567),
            SpanId::from(9),
            TraceFlags::default(),
            false,
            TraceState::default(),
        );
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
            let _current = opentelemetry::Context::new()
                .with_remote_span_context(ids)
                .attach();
            events();
        });
        drop(writing);
        std::fs::read_to_string(file.path()).expect("the lines")
    }

    #[test]
    fn people_see_words_and_terminals_get_no_commands() {
        let text = shown(|| {
            let name = "margherita\u{1b}[2J";
            tracing::info!(target: "oven", heat_c = 0.12345, name, "baking\n{name}");
        });
        let (time, line) = text.split_at(12);
        assert_eq!(time.matches([':', '.']).count(), 3, "{time}");
        assert_eq!(
            line,
            " INFO  oven: baking\\nmargherita\\u{1b}[2J heat_c=0.123 \
             name=\"margherita\\u{1b}[2J\" trace_id=00000000000000000000000001234567\n"
        );
    }
}
