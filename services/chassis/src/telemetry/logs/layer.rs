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
        self.lines.push(line);
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
