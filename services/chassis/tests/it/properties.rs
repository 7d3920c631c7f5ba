//! What holds for any fault: it does not outlive its time, whatever else is done meanwhile.

use std::time::Duration;

use chassis::faults::{Fault, Faults, Kind, MAX_TTL};
use proptest::prelude::*;
use tokio::time::Instant;

/// What somebody may do to a service's faults.
#[derive(Clone, Debug)]
enum Deed {
    Put(Fault, Duration),
    TakeBack(Option<Kind>),
    Wait(Duration),
}

fn faults() -> impl Strategy<Value = Fault> {
    prop_oneof![
        (400..600_u16, 0.01..=1.0).prop_map(|(status, ratio)| Fault::Error {
            status,
            ratio,
            route: None,
        }),
        (0..2000_u64, 0..500_u64).prop_map(|(delay_ms, jitter_ms)| Fault::Latency {
            delay_ms,
            jitter_ms,
            ratio: 1.0,
            route: None,
        }),
        Just(Fault::Hang {
            ratio: 1.0,
            route: None,
        }),
        Just(Fault::NotReady {}),
        Just(Fault::DbError { ratio: 1.0 }),
    ]
}

fn deeds() -> impl Strategy<Value = Deed> {
    let ms = |most: u64| (1..most).prop_map(Duration::from_millis);
    prop_oneof![
        (faults(), ms(8000)).prop_map(|(fault, ttl)| Deed::Put(fault, ttl)),
        (faults(), Just(MAX_TTL * 3)).prop_map(|(fault, ttl)| Deed::Put(fault, ttl)),
        proptest::option::of(faults().prop_map(|fault| fault.kind())).prop_map(Deed::TakeBack),
        ms(6000).prop_map(Deed::Wait),
    ]
}

proptest! {
    #[test]
    fn no_fault_outlives_its_time(deeds in proptest::collection::vec(deeds(), 1..24)) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            let faults = Faults::off();
            // The model: until when each kind is in force.
            let mut until = std::collections::BTreeMap::<Kind, Instant>::new();
            for deed in deeds {
                match deed {
                    Deed::Put(fault, ttl) => {
                        until.insert(fault.kind(), Instant::now() + ttl.min(MAX_TTL));
                        faults.put(fault, ttl);
                    }
                    Deed::TakeBack(kind) => {
                        faults.take_back(kind);
                        until.retain(|known, _| kind.is_some_and(|kind| kind != *known));
                    }
                    Deed::Wait(time) => tokio::time::sleep(time).await,
                }
                until.retain(|_, until| Instant::now() < *until);
                let listed: Vec<_> = faults.list().iter().map(|fault| fault.kind).collect();
                let expected: Vec<_> = until.keys().copied().collect();
                assert_eq!(listed, expected);
                assert_eq!(faults.not_ready(), until.contains_key(&Kind::NotReady));
            }
            tokio::time::sleep(MAX_TTL).await;
            assert!(faults.list().is_empty());
        });
    }
}
