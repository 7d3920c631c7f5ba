use time::OffsetDateTime;
use uuid::Uuid;

use super::*;
use crate::serve::control::entry::What;

fn note(text: &str) -> Entry {
    Entry {
        at: OffsetDateTime::UNIX_EPOCH,
        drill_id: Uuid::nil(),
        at_s: None,
        what: What::Note {
            text: text.to_owned(),
        },
    }
}

async fn next(listener: &mut Listener) -> String {
    let bytes = listener.next().await.expect("something is told");
    String::from_utf8(bytes.to_vec()).expect("text")
}

fn id(event: &str) -> &str {
    let line = event.lines().next().expect("a line");
    line.strip_prefix("id: ").expect("an id")
}

#[tokio::test]
async fn who_comes_back_hears_what_was_missed() {
    let bus = Bus::start(&Stop::new());
    let mut first = bus.join(None, None).expect("room");
    assert_eq!(next(&mut first).await, "retry: 2000\n\n");
    bus.tell(&note("one"));
    let heard = next(&mut first).await;
    assert!(heard.contains("event: note\ndata: {"), "{heard}");
    drop(first);
    bus.tell(&note("two"));
    bus.pass("load", &1);
    let mut again = bus.join(Some(id(&heard)), None).expect("room");
    next(&mut again).await;
    assert!(next(&mut again).await.contains("two"));
    bus.tell(&note("three"));
    assert!(next(&mut again).await.contains("three"), "and goes on");
}

#[tokio::test]
async fn what_is_not_kept_any_more_is_said_to_be_missed() {
    let bus = Bus::start(&Stop::new());
    for _ in 0..=KEPT {
        bus.tell(&note("x"));
    }
    let process = bus.0.process.clone();
    for last in [
        format!("{process}-0"),
        "another-7".to_owned(),
        String::new(),
    ] {
        let mut listener = bus.join(Some(&last), None).expect("room");
        next(&mut listener).await;
        assert!(next(&mut listener).await.starts_with("event: missed"));
    }
    let last = format!("{process}-{KEPT}");
    let mut listener = bus.join(Some(&last), None).expect("room");
    next(&mut listener).await;
    let expected = format!("{process}-{}", KEPT + 1);
    assert_eq!(
        id(&next(&mut listener).await),
        expected,
        "nothing was missed"
    );
}

#[tokio::test]
async fn a_slow_listener_is_dropped_and_the_others_hear_on() {
    let bus = Bus::start(&Stop::new());
    let line = HangUp::default();
    let slow = bus.join(None, Some(line)).expect("room");
    let mut quick = bus.join(None, None).expect("room");
    next(&mut quick).await;
    for _ in 0..MOST_WAITING * 2 {
        bus.tell(&note("x"));
        next(&mut quick).await;
    }
    assert_eq!(bus.0.state.lock().clients.len(), 1);
    drop(slow);
    bus.end();
    assert_eq!(quick.next().await, None, "the stream ends with the bus");
}

#[tokio::test]
async fn listeners_are_counted() {
    let bus = Bus::start(&Stop::new());
    let all: Vec<_> = (0..MOST_LISTENERS)
        .map(|_| bus.join(None, None).expect("room"))
        .collect();
    assert!(bus.join(None, None).is_none());
    drop(all);
    assert!(bus.join(None, None).is_some(), "who left makes room");
}
