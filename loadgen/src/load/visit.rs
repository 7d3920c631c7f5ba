//! One visit: what is asked, and which answers the flow expects.

mod abuse;
mod order;

use http::{Method, StatusCode};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use uuid::{Builder, Uuid};

use super::Flow;
use super::plan::{Arrival, Stream};

/// Makes visits from a seed: the same arrival asks for the same, whatever came before it.
#[derive(Clone, Debug)]
pub(super) struct Visits(ChaCha8Rng);

/// One request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Visit {
    pub(super) intent: Intent,
    pub(super) method: Method,
    pub(super) path: String,
    /// JSON or what pretends to be; empty for none.
    pub(super) body: String,
    pub(super) idempotency_key: Option<Uuid>,
}

/// What a request is for, and so which answers are right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Intent {
    Read,
    Leaf,
    Vans,
    Place,
    Cancel,
    FindNothing,
    BeRefused,
}

/// What earlier answers taught, as far as a visit needs it.
pub(super) trait Recall {
    /// An order that was placed; which one, `draw` decides.
    fn order(&self, draw: u64) -> Option<String>;
    /// The same, and it is not recalled again.
    fn forget_order(&self, draw: u64) -> Option<String>;
    /// The page after the list page that was read last, as a query value.
    fn next_page(&self) -> Option<String>;
    /// The path of a van that was seen before; which one, `draw` decides.
    fn van(&self, draw: u64) -> Option<String>;
}

/// National numbers go from 1 to this.
const LAST_POKEMON: u16 = 1025;

/// How many words of the payload stream each arrival owns. More than any visit draws.
const WORDS_A_VISIT: u128 = 256;

impl Visits {
    pub(super) fn new(seed: u64) -> Self {
        Self(Stream::Payloads.of(seed))
    }

    /// The visit as it can be known before the run.
    pub(super) fn on_paper(&self, arrival: &Arrival) -> Visit {
        self.of(arrival, &OnPaper)
    }

    /// What this arrival asks for.
    pub(super) fn of(&self, arrival: &Arrival, recall: &dyn Recall) -> Visit {
        let mut rng = self.0.clone();
        rng.set_word_pos(u128::from(arrival.index) * WORDS_A_VISIT);
        let draw = rng.random();
        match arrival.flow {
            Flow::Browse => Visit::get(Intent::Read, "/menu".to_owned()),
            Flow::PlaceOrder => Visit::place(&mut rng),
            Flow::FollowOrder => match recall.order(draw) {
                Some(id) => Visit::get(Intent::Read, format!("/orders/{id}")),
                None => Visit::place(&mut rng),
            },
            Flow::CancelOrder => match recall.forget_order(draw) {
                Some(id) => Visit::post(
                    Intent::Cancel,
                    format!("/orders/{id}/cancel"),
                    String::new(),
                ),
                None => Visit::place(&mut rng),
            },
            Flow::ListOrders => Visit::leaf(draw, recall),
            Flow::Scan => abuse::scan(&mut rng),
            Flow::Garbage => Visit::post(
                Intent::BeRefused,
                "/orders".to_owned(),
                abuse::garbage(&mut rng),
            ),
            Flow::LookAtVans => Visit::look_at_vans(draw, recall),
            Flow::LookUpPokemon => {
                let number = rng.random_range(1..=LAST_POKEMON);
                Visit::get(Intent::Read, format!("/pokemon/{number}"))
            }
        }
    }
}

impl Visit {
    fn get(intent: Intent, path: String) -> Self {
        Self {
            intent,
            method: Method::GET,
            path,
            body: String::new(),
            idempotency_key: None,
        }
    }

    fn post(intent: Intent, path: String, body: String) -> Self {
        Self {
            intent,
            method: Method::POST,
            path,
            body,
            idempotency_key: None,
        }
    }

    fn place(rng: &mut ChaCha8Rng) -> Self {
        let key = Builder::from_random_bytes(rng.random()).into_uuid();
        let visit = Self::post(Intent::Place, "/orders".to_owned(), order::body(rng));
        Self {
            idempotency_key: Some(key),
            ..visit
        }
    }

    /// Every other reader turns the page, if there is one to turn.
    fn leaf(draw: u64, recall: &dyn Recall) -> Self {
        let after = if draw.is_multiple_of(2) {
            None
        } else {
            recall.next_page()
        };
        let path = after.map_or_else(
            || "/orders?limit=20".to_owned(),
            |cursor| format!("/orders?limit=20&after={cursor}"),
        );
        Self::get(Intent::Leaf, path)
    }

    /// Every other customer asks after one van, if any is known yet.
    fn look_at_vans(draw: u64, recall: &dyn Recall) -> Self {
        let van = if draw.is_multiple_of(2) {
            None
        } else {
            recall.van(draw / 2)
        };
        match van {
            Some(path) => Self::get(Intent::Read, path),
            None => Self::get(Intent::Vans, "/vehicles".to_owned()),
        }
    }
}

impl Intent {
    /// Whether this is the answer that the flow expects.
    pub(super) fn is_met_by(self, status: StatusCode) -> bool {
        match self {
            Self::Read | Self::Leaf | Self::Vans | Self::Place => status.is_success(),
            // An order that is on its way already can't be cancelled: a right answer too.
            Self::Cancel => status.is_success() || status == StatusCode::CONFLICT,
            Self::FindNothing => {
                matches!(
                    status,
                    StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED
                )
            }
            Self::BeRefused => status.is_client_error(),
        }
    }
}

/// Before a run there are no orders, only places for their ids.
struct OnPaper;

impl Recall for OnPaper {
    fn order(&self, _draw: u64) -> Option<String> {
        Some("{id}".to_owned())
    }

    fn forget_order(&self, _draw: u64) -> Option<String> {
        Some("{id}".to_owned())
    }

    fn next_page(&self) -> Option<String> {
        None
    }

    fn van(&self, _draw: u64) -> Option<String> {
        Some("/vehicles/{name}".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Nothing;

    impl Recall for Nothing {
        fn order(&self, _draw: u64) -> Option<String> {
            None
        }

        fn forget_order(&self, _draw: u64) -> Option<String> {
            None
        }

        fn next_page(&self) -> Option<String> {
            Some("cursor".to_owned())
        }

        fn van(&self, _draw: u64) -> Option<String> {
            None
        }
    }

    fn visit(index: u64, flow: Flow, recall: &dyn Recall) -> Visit {
        let arrival = Arrival {
            index,
            at: std::time::Duration::ZERO,
            phase: 0,
            flow,
        };
        Visits::new(7).of(&arrival, recall)
    }

    #[test]
    fn without_orders_whoever_needs_one_places_it() {
        for flow in [Flow::FollowOrder, Flow::CancelOrder, Flow::PlaceOrder] {
            let placed = visit(3, flow, &Nothing);
            assert_eq!(
                (placed.intent, placed.path.as_str()),
                (Intent::Place, "/orders")
            );
            assert!(placed.idempotency_key.is_some());
        }
        assert_eq!(
            visit(3, Flow::CancelOrder, &OnPaper).path,
            "/orders/{id}/cancel"
        );
        assert_eq!(visit(3, Flow::FollowOrder, &OnPaper).path, "/orders/{id}");
    }

    #[test]
    fn an_arrival_asks_the_same_whatever_came_before_and_no_two_share_a_key() {
        let place = |index| visit(index, Flow::PlaceOrder, &Nothing);
        assert_eq!(place(5), place(5));
        let keys: std::collections::BTreeSet<_> = (0..1000)
            .map(|index| place(index).idempotency_key)
            .collect();
        assert_eq!(keys.len(), 1000);
    }

    #[test]
    fn some_readers_turn_the_page() {
        let pages: std::collections::BTreeSet<_> = (0..50)
            .map(|index| visit(index, Flow::ListOrders, &Nothing).path)
            .collect();
        let expected = ["/orders?limit=20", "/orders?limit=20&after=cursor"];
        assert!(pages.iter().eq(expected), "{pages:?}");
    }

    #[test]
    fn some_ask_after_one_van_and_all_others_after_all_of_them() {
        let paths = |recall: &dyn Recall| -> std::collections::BTreeSet<_> {
            (0..50)
                .map(|index| visit(index, Flow::LookAtVans, recall).path)
                .collect()
        };
        assert!(paths(&OnPaper).iter().eq(["/vehicles", "/vehicles/{name}"]));
        assert!(
            paths(&Nothing).iter().eq(["/vehicles"]),
            "none is known yet"
        );
    }

    #[test]
    fn every_number_is_one_of_the_pokedex() {
        let numbers: std::collections::BTreeSet<u16> = (0..20_000)
            .map(|index| visit(index, Flow::LookUpPokemon, &Nothing).path)
            .map(|path| {
                path.trim_start_matches("/pokemon/")
                    .parse()
                    .expect("a number")
            })
            .collect();
        assert_eq!(
            (numbers.first(), numbers.last()),
            (Some(&1), Some(&LAST_POKEMON))
        );
    }

    #[test]
    fn each_flow_knows_its_right_answers() {
        for (flow, right, wrong) in [
            (Flow::Browse, vec![200], vec![404, 503]),
            (Flow::PlaceOrder, vec![201, 200], vec![400, 429, 500]),
            (Flow::FollowOrder, vec![200], vec![404]),
            (Flow::CancelOrder, vec![200, 204, 409], vec![404, 500]),
            (Flow::LookAtVans, vec![200], vec![404, 503]),
            (Flow::LookUpPokemon, vec![200], vec![404, 429]),
            (Flow::Scan, vec![404, 405], vec![200, 429, 500]),
            (Flow::Garbage, vec![400, 413, 415, 422], vec![201, 500, 503]),
        ] {
            let intent = visit(1, flow, &OnPaper).intent;
            let met = |code| intent.is_met_by(StatusCode::from_u16(code).expect("a status"));
            assert!(right.into_iter().all(met), "{flow:?}");
            assert!(!wrong.into_iter().any(met), "{flow:?}");
        }
    }
}
