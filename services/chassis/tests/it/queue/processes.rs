//! Several processes on one queue file.

use std::time::{Duration, Instant};

use anyhow::Result;
use company_tests::until;

use super::clerk::Clerk;
use super::fixture::Fixture;
use super::service::DEADLINE;

/// What a process that lives may take; one that does not is given up sooner.
const LONGER_THAN_A_LEASE: Duration = Duration::from_secs(7);

/// Notes that each publisher publishes.
const EACH: u32 = 500;

/// The note whose batch the victim does not survive.
const FATAL: u32 = EACH / 2;

fn publisher(fixture: &Fixture, first: u32) -> Result<Clerk> {
    let flags = [format!("--publish={EACH}"), format!("--first={first}")];
    Clerk::start(fixture, &flags.each_ref().map(String::as_str), &[])
}

/// Each note, once, however many times it came.
fn all(clerks: &[Clerk]) -> Vec<u32> {
    let mut numbers: Vec<_> = clerks.iter().flat_map(Clerk::numbers).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

#[tokio::test]
async fn what_a_killed_process_had_comes_to_others_soon_and_nothing_is_lost() -> Result<()> {
    let fixture = Fixture::file()?;
    // It opens the file and is the only one to consume: the fatal batch is its own.
    let fatal = format!("--hang-at={FATAL}");
    let mut victim = Clerk::start(&fixture, &["--consume", &fatal], &[])?;
    let publishers = [publisher(&fixture, 0)?, publisher(&fixture, EACH)?];
    until("it is in the middle of the batch", DEADLINE, async || {
        victim.numbers().contains(&FATAL).then_some(())
    })
    .await?;
    let others = [
        Clerk::start(&fixture, &["--consume"], &[])?,
        Clerk::start(&fixture, &["--consume"], &[])?,
    ];
    for publisher in publishers {
        publisher.logs("published").await?;
        publisher.stop().await?;
    }
    let had = victim.lines();
    let size = had.last().map_or(0, |line| line.batch);
    let (before, batch) = had.split_at(had.len() - size);
    // As long as it lives, nobody else gets them, however long it takes.
    until("the others have the rest", DEADLINE, async || {
        let rest = 2 * EACH as usize - had.len();
        (all(&others).len() >= rest).then_some(())
    })
    .await?;
    tokio::time::sleep(LONGER_THAN_A_LEASE).await;
    let theirs = all(&others);
    assert!(had.iter().all(|line| !theirs.contains(&line.number)));

    victim.kill().await?;
    let begin = Instant::now();
    let all_came = 2 * EACH as usize - before.len();
    until("its batch comes to others", DEADLINE, async || {
        (all(&others).len() >= all_came).then_some(())
    })
    .await?;
    assert!(
        begin.elapsed() < Duration::from_secs(10),
        "{:?}",
        begin.elapsed()
    );
    let again = others.iter().flat_map(Clerk::lines);
    let again: Vec<_> = again.filter(|line| line.tries > 1).collect();
    assert_eq!(again.len(), batch.len(), "{again:?}");
    assert!(again.iter().all(|line| line.tries == 2), "{again:?}");

    let others = others.map(Clerk::stop);
    let mut came: Vec<_> = before.iter().map(|line| line.number).collect();
    for other in others {
        came.extend(other.await?.0.numbers());
    }
    came.sort_unstable();
    assert_eq!(came, (0..2 * EACH).collect::<Vec<_>>(), "each once");
    let service = fixture.service().await?;
    service.notes_become("messaging_queue_depth", 0.0).await?;
    service.stop().await?;
    assert_eq!(fixture.dead_letters().await?, []);
    Ok(())
}

#[tokio::test]
async fn a_process_that_was_killed_alone_finds_its_messages_at_its_next_start() -> Result<()> {
    let fixture = Fixture::file()?;
    let flags = ["--consume", "--publish=30", "--hang-at=20"];
    let mut victim = Clerk::start(&fixture, &flags, &[])?;
    victim.logs("published").await?;
    until("it is in the middle of the batch", DEADLINE, async || {
        victim.numbers().contains(&20).then_some(())
    })
    .await?;
    victim.kill().await?;
    // Nobody has buried it, and yet what it had is seen to wait.
    let had = victim.lines();
    let settled = had.len() - had.last().map_or(0, |line| line.batch);
    let service = fixture.service().await?;
    let waiting = f64::from(30 - u32::try_from(settled)?);
    service
        .notes_become("messaging_queue_depth", waiting)
        .await?;
    service.stop().await?;

    let next = Clerk::start(&fixture, &["--consume"], &[])?;
    let begin = Instant::now();
    until("all are handled", DEADLINE, async || {
        (next.numbers().len() >= 30 - settled).then_some(())
    })
    .await?;
    assert!(
        begin.elapsed() < Duration::from_secs(10),
        "{:?}",
        begin.elapsed()
    );
    let expected: Vec<_> = (u32::try_from(settled)?..30).collect();
    let mut came = next.stop().await?.0.numbers();
    came.sort_unstable();
    assert_eq!(came, expected);
    Ok(())
}
