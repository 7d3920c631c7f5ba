//! Both brokers keep the same promises: one suite, run on each, every case on queues of its own.
//! Beside it, what only one of them can do, and what the layer above them adds.

use anyhow::{Context as _, Result};
use company_tests::rabbitmq::RabbitMq;

mod clerk;
mod consuming;
mod dead;
mod faults;
mod file;
mod fixture;
mod outage;
mod processes;
mod publishing;
mod rabbitmq;
mod service;
mod spans;

use fixture::Fixture;

/// Runs a case on a fixture; an error says which case it was.
macro_rules! conformance {
    ($($module:ident :: $case:ident),* $(,)?) => {
        mod on_a_file {
            $(
                #[tokio::test]
                async fn $case() -> anyhow::Result<()> {
                    super::$module::$case(super::Fixture::file()?).await
                }
            )*
        }

        /// One server for all cases, since starting one takes seconds.
        #[tokio::test]
        async fn rabbitmq_conforms() -> Result<()> {
            let cases = [$(stringify!($case)),*].len();
            let mut server = RabbitMq::with_virtual_hosts(cases).await?;
            $(
                $module::$case(Fixture::rabbitmq(&server).await?)
                    .await
                    .context(stringify!($case))?;
            )*
            server.stop().await
        }
    };
}

conformance! {
    publishing::messages_are_delivered_in_order_and_as_they_were,
    publishing::an_empty_batch_is_nothing,
    publishing::what_was_published_is_there_after_a_restart,
    publishing::a_full_queue_refuses_and_takes_again,
    publishing::what_never_fits_is_refused,
    publishing::a_topic_knows_nothing_of_another,
    consuming::a_batch_is_no_larger_than_asked,
    consuming::consumers_share_the_messages,
    consuming::what_a_lost_consumer_had_comes_to_another,
    consuming::a_stop_settles_what_is_handled_and_gives_back_the_rest,
    consuming::a_busy_handler_keeps_its_messages_for_as_long_as_it_takes,
    consuming::restarts_in_an_outage_make_no_dead_letters,
    dead::a_panic_is_survived_and_the_message_dies_alone,
    dead::a_panic_that_ends_is_no_death,
    dead::too_few_settlements_settle_nothing,
    dead::what_is_refused_dies_with_its_reason,
    dead::garbage_dies_at_once,
    dead::a_message_that_consumers_die_of_dies_and_its_neighbours_live,
    dead::the_oldest_dead_letters_make_room,
    faults::a_broken_connection_is_down_until_it_is_over,
    faults::a_stalled_consumer_takes_messages_and_handles_none,
    faults::a_lost_consumer_is_gone_from_the_queue_and_comes_back,
    faults::a_busy_consumer_can_be_lost_too,
    faults::poison_reaches_the_dead_letters,
    service::metrics_exist_at_zero_and_count,
    spans::a_sampled_message_goes_on_in_its_trace,
}
