use super::*;

fn failing(breaker: &Breaker, calls: u32) {
    for _ in 0..calls {
        if let Some(pass) = breaker.pass() {
            pass.failed();
        }
    }
}

fn succeeding(breaker: &Breaker, calls: u32) {
    for _ in 0..calls {
        if let Some(pass) = breaker.pass() {
            pass.succeeded();
        }
    }
}

/// A breaker that has just opened.
fn open() -> Breaker {
    let breaker = Breaker::default();
    failing(&breaker, MINIMUM);
    assert!(breaker.pass().is_none(), "it is open");
    breaker
}

#[tokio::test(start_paused = true)]
async fn a_few_failures_say_nothing() {
    let breaker = Breaker::default();
    failing(&breaker, MINIMUM - 1);
    assert!(breaker.pass().is_some());
}

#[tokio::test(start_paused = true)]
async fn it_opens_when_half_of_the_last_calls_failed() {
    let breaker = Breaker::default();
    succeeding(&breaker, 1000);
    failing(&breaker, WINDOW / 2 - 1);
    assert!(breaker.pass().is_some(), "not yet");
    failing(&breaker, 1);
    assert!(breaker.pass().is_none());
}

#[tokio::test(start_paused = true)]
async fn failures_that_are_spread_thin_leave_it_closed() {
    let breaker = Breaker::default();
    for _ in 0..1000 {
        succeeding(&breaker, 2);
        failing(&breaker, 1);
    }
    assert!(breaker.pass().is_some());
}

#[tokio::test(start_paused = true)]
async fn open_it_lets_nothing_through_until_its_rest_is_over() {
    let breaker = open();
    tokio::time::advance(REST / 2).await;
    assert!(breaker.pass().is_none());
    tokio::time::advance(REST / 2).await;
    assert!(breaker.pass().is_some_and(|pass| pass.is_probe()));
}

#[tokio::test(start_paused = true)]
async fn one_probe_at_a_time() {
    let breaker = open();
    tokio::time::advance(REST).await;
    let probe = breaker.pass().expect("a probe");
    assert!(breaker.pass().is_none());
    tokio::time::advance(REST * 2).await;
    assert!(breaker.pass().is_none(), "however long it takes");
    probe.succeeded();
    assert!(breaker.pass().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_succeeds_closes_it_and_the_past_is_forgotten() {
    let breaker = open();
    tokio::time::advance(REST).await;
    succeeding(&breaker, 1);
    failing(&breaker, MINIMUM - 1);
    assert!(breaker.pass().is_some_and(|pass| !pass.is_probe()));
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_fails_opens_it_again() {
    let breaker = open();
    for _ in 0..3 {
        tokio::time::advance(REST).await;
        failing(&breaker, 1);
        assert!(breaker.pass().is_none());
    }
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_is_given_up_leaves_room_for_the_next() {
    let breaker = open();
    tokio::time::advance(REST).await;
    drop(breaker.pass().expect("a probe"));
    assert!(breaker.pass().is_some_and(|pass| pass.is_probe()));
}

#[tokio::test(start_paused = true)]
async fn calls_from_before_it_opened_change_nothing() {
    let breaker = Breaker::default();
    let early: Vec<_> = (0..3).filter_map(|_| breaker.pass()).collect();
    failing(&breaker, MINIMUM);
    tokio::time::advance(REST).await;
    let probe = breaker.pass().expect("a probe");
    for (n, pass) in early.into_iter().enumerate() {
        if n == 0 {
            pass.failed();
        } else {
            pass.succeeded();
        }
    }
    assert!(breaker.pass().is_none(), "the probe alone decides");
    probe.succeeded();
    assert!(breaker.pass().is_some());
}
