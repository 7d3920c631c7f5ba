//! The plan of arrivals, seen from outside: what is repeated, what is counted, what goes on.

use std::collections::BTreeMap;
use std::time::Duration;

use loadgen::load::{Arrival, Destination, Flow, Plan};
use loadgen::scenario::Phase;
use proptest::prelude::*;
use serde_json::{Value, json};

fn phase(lasts: &str, load: &Value, mix: &Value) -> Phase {
    let phase = json!({"name": "phase", "for": lasts, "load": load, "mix": mix});
    serde_json::from_value(phase).expect("a phase")
}

/// Every shape and these flows, one after the other.
fn every_shape(flows: &[Flow], seed: u64) -> Plan {
    let all: BTreeMap<_, _> = flows.iter().map(|flow| (*flow, 1)).collect();
    let loads = [
        json!({"shape": "constant", "rate": "10/s"}),
        json!({"shape": "constant", "rate": "36000/h", "spacing": "even"}),
        json!({"shape": "ramp", "from": "0/s", "to": "20/s"}),
        json!({"shape": "step", "rates": ["5/s", "0/s", "300/m"], "spacing": "even"}),
        json!({"shape": "spike", "base": "2/s", "peak": "30/s"}),
        json!({"shape": "none"}),
        json!({"shape": "sine", "mean": "5/s", "amplitude": "8/s", "period": "3s"}),
        json!({"shape": "burst", "size": 5, "every": "2s"}),
        json!({"shape": "replay", "offsets": ["0s", "1s", "1s", "9s", "99s"]}),
    ];
    let phases: Vec<_> = loads
        .iter()
        .map(|load| phase("10s", load, &json!(all)))
        .collect();
    Plan::new(&phases, seed)
}

/// The flows that pizza-service serves.
fn at_the_shop() -> Vec<Flow> {
    let all = Flow::ALL.into_iter();
    all.filter(|flow| flow.destination() == Destination::Pizza)
        .collect()
}

fn printed(plan: &Plan) -> String {
    let mut out = Vec::new();
    plan.write_plan(&mut out).expect("memory takes all");
    String::from_utf8(out).expect("a plan is text")
}

/// FNV-1a: what matters is only that it is the same everywhere and for ever.
fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[test]
fn the_same_seed_gives_the_same_plan_today_and_for_ever() {
    let everything = |seed| printed(&every_shape(&at_the_shop(), seed));
    let plan = everything(42);
    assert_eq!(plan, everything(42));
    assert_ne!(plan, everything(43));
    let head: Vec<_> = plan.lines().skip(1).take(3).collect();
    let expected = [
        "0.144419\tphase\tfollow_order\tGET\t/orders/{id}\t-\t-",
        "0.210277\tphase\tlist_orders\tGET\t/orders?limit=20\t-\t-",
        "0.397530\tphase\tbrowse\tGET\t/menu\t-\t-",
    ];
    assert_eq!(head, expected);
    // If this changes, every recorded drill changes with it.
    assert_eq!(format!("{:016x}", fingerprint(&plan)), "07a0ddf40d7587f3");
    let plan = printed(&every_shape(&Flow::ALL, 42));
    assert_eq!(format!("{:016x}", fingerprint(&plan)), "fc0facb293e75c7e");
}

#[test]
fn the_printed_plan_is_the_schedule() {
    let plan = every_shape(&Flow::ALL, 7);
    let printed = printed(&plan);
    let mut lines = printed.lines();
    for arrival in plan.schedule() {
        let fields: Vec<_> = lines
            .next()
            .expect("a line an arrival")
            .split('\t')
            .collect();
        assert_eq!(fields.len(), 7, "{fields:?}");
        let micros = fields[0].replace('.', "").parse().expect("seconds");
        assert_eq!(Duration::from_micros(micros), arrival.at);
        assert_eq!(fields[2], arrival.flow.name());
        let is_placed = arrival.flow == Flow::PlaceOrder;
        assert_eq!(
            fields[5] != "-",
            is_placed,
            "an order has an idempotency key: {fields:?}"
        );
        if is_placed {
            let order: Value = serde_json::from_str(fields[6]).expect("an order is JSON");
            assert!(
                order["items"]
                    .as_array()
                    .is_some_and(|items| !items.is_empty())
            );
        }
    }
    assert_eq!(lines.next(), None);
}

#[test]
fn a_mix_of_even_arrivals_has_no_noise() {
    let mix = json!({"place_order": 6, "browse": 3, "follow_order": 1});
    let even = json!({"shape": "constant", "rate": "10000/h", "spacing": "even"});
    let plan = Plan::new(&[phase("36s", &even, &mix)], 5);
    let mut counts = BTreeMap::<Flow, u32>::new();
    for arrival in plan.schedule() {
        *counts.entry(arrival.flow).or_default() += 1;
    }
    let expected = [
        (Flow::PlaceOrder, 60),
        (Flow::Browse, 30),
        (Flow::FollowOrder, 10),
    ];
    assert_eq!(counts, BTreeMap::from(expected));
}

#[test]
fn groups_and_recordings_arrive_when_they_say() {
    let at = |load: &Value| -> Vec<u128> {
        let plan = Plan::new(&[phase("5s", load, &json!({"browse": 1}))], 1);
        plan.schedule()
            .map(|arrival| arrival.at.as_millis())
            .collect()
    };
    let burst = json!({"shape": "burst", "size": 2, "every": "2s"});
    assert_eq!(at(&burst), [0, 0, 2000, 2000, 4000, 4000]);
    let once = json!({"shape": "burst", "size": 3, "every": "0s"});
    assert_eq!(at(&once), [0, 0, 0]);
    let replay = json!({"shape": "replay", "offsets": ["0s", "1.5s", "4999ms", "5s"]});
    assert_eq!(at(&replay), [0, 1500, 4999]);
    assert_eq!(at(&json!({"shape": "none"})), [0_u128; 0]);
}

#[test]
fn a_tail_goes_on_with_the_last_rate_and_changes_nothing_before() {
    let ramp = json!({"shape": "ramp", "from": "0/s", "to": "10/s", "spacing": "even"});
    let plan = Plan::new(&[phase("10s", &ramp, &json!({"browse": 1}))], 1);
    let with_tail = plan.clone().with_tail();
    let phases: Vec<_> = plan.schedule().collect();
    assert_eq!(phases.len(), 50);
    let tail: Vec<_> = with_tail.schedule().take(1050).collect();
    assert_eq!(tail[..50], phases);
    let last = tail.last().expect("an endless plan").at;
    assert!(
        last.abs_diff(Duration::from_secs(110)) < Duration::from_millis(100),
        "{last:?}"
    );
    assert_eq!(
        (plan.end(), with_tail.end()),
        (Some(Duration::from_secs(10)), None)
    );

    let replay = json!({"shape": "replay", "offsets": ["1s"]});
    let again = Plan::new(&[phase("10s", &replay, &json!({"browse": 1}))], 1).with_tail();
    let at: Vec<_> = again
        .schedule()
        .take(3)
        .map(|arrival| arrival.at.as_secs())
        .collect();
    assert_eq!(at, [1, 11, 21]);
    let nobody = Plan::new(&[phase("10s", &json!({"shape": "none"}), &json!({}))], 1).with_tail();
    assert_eq!(nobody.schedule().next(), None);
}

/// A load and the integral of its rate over 20 s.
fn load_and_integral() -> impl Strategy<Value = (Value, f64)> {
    let rate = || 0..200_u32;
    let per_second = |rate: u32| format!("{rate}/s");
    prop_oneof![
        rate().prop_map(move |r| {
            (json!({"shape": "constant", "rate": per_second(r)}), 20.0 * f64::from(r))
        }),
        (rate(), rate()).prop_map(move |(a, b)| {
            let load = json!({"shape": "ramp", "from": per_second(a), "to": per_second(b)});
            (load, 10.0 * f64::from(a + b))
        }),
        proptest::collection::vec(rate(), 1..6).prop_map(move |rates| {
            let sum: u32 = rates.iter().sum();
            let mean = f64::from(sum) / rates.len() as f64;
            let rates: Vec<_> = rates.into_iter().map(per_second).collect();
            (json!({"shape": "step", "rates": rates}), 20.0 * mean)
        }),
        (rate(), rate()).prop_map(move |(a, b)| {
            let load = json!({"shape": "spike", "base": per_second(a), "peak": per_second(b)});
            (load, 20.0 * f64::from(2 * a + b) / 3.0)
        }),
        // Whole waves, which never sink below zero: the mean is what counts.
        (rate(), 0.0..1.0, 1..5_u32).prop_map(move |(mean, share, waves)| {
            let amplitude = format!("{:.3}/s", f64::from(mean) * share);
            let period = format!("{}s", 20.0 / f64::from(waves));
            let load = json!({"shape": "sine", "mean": per_second(mean), "amplitude": amplitude, "period": period});
            (load, 20.0 * f64::from(mean))
        }),
    ]
}

fn arrivals(mut load: Value, spacing: &str, seed: u64) -> Vec<Arrival> {
    load["spacing"] = json!(spacing);
    let phase = phase("20s", &load, &json!({"browse": 2, "place_order": 1}));
    Plan::new(&[phase], seed).schedule().collect()
}

fn assert_rising(arrivals: &[Arrival]) -> Result<(), TestCaseError> {
    for (number, pair) in arrivals.windows(2).enumerate() {
        prop_assert!(pair[0].at <= pair[1].at);
        prop_assert_eq!(pair[0].index, number as u64);
    }
    prop_assert!(
        arrivals
            .last()
            .is_none_or(|last| last.at < Duration::from_secs(20))
    );
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn even_arrivals_rise_and_count_to_the_integral(
        (load, integral) in load_and_integral(),
        seed: u64,
    ) {
        let arrivals = arrivals(load, "even", seed);
        assert_rising(&arrivals)?;
        let off = arrivals.len() as f64 - integral;
        prop_assert!(off.abs() <= 1.0, "{} not {integral}", arrivals.len());
    }

    #[test]
    fn poisson_arrivals_rise_and_count_to_the_integral_give_or_take_chance(
        (load, integral) in load_and_integral(),
        seed: u64,
    ) {
        let arrivals = arrivals(load, "poisson", seed);
        assert_rising(&arrivals)?;
        // Six standard deviations, and ten for the small counts, which are no normal distribution:
        // less than one case in a hundred million.
        let chance = 6.0 * integral.sqrt() + 10.0;
        let off = arrivals.len() as f64 - integral;
        prop_assert!(off.abs() <= chance, "{} not {integral}", arrivals.len());
    }
}
